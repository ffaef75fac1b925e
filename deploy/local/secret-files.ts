import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Written beside and renamed: a start that dies in between leaves no half file behind. */
export function writePrivately(file: string, content: string): void {
  writeFileSync(`${file}.new`, content, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** The secret in that file; made once, 144 random bits, safe in URLs. */
export function secretIn(file: string): string {
  if (!existsSync(file)) writePrivately(file, randomBytes(18).toString('base64url'));
  return readFileSync(file, 'utf8').trim();
}

export interface KeyFiles {
  readonly privateKey: string;
  readonly publicKey: string;
}

/** An Ed25519 pair as PEM files `<name>.pem` and `<name>.pub.pem`, made once. */
export function keyPairIn(directory: string, name: string): KeyFiles {
  const files = { privateKey: join(directory, `${name}.pem`), publicKey: join(directory, `${name}.pub.pem`) };
  if (!existsSync(files.privateKey) || !existsSync(files.publicKey)) {
    const pair = generateKeyPairSync('ed25519', {
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    writePrivately(files.publicKey, pair.publicKey);
    writePrivately(files.privateKey, pair.privateKey);
  }
  return files;
}
