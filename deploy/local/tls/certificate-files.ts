import { existsSync, readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { join } from 'node:path';
import { writePrivately } from '../secret-files.ts';
import { StackFailure } from '../stack-failure.ts';
import { certify, isFresh, makeAuthority } from './certificates.ts';

/** Files of one instance's TLS, all for the owner's eyes only. */
export interface TlsFiles {
  /** of the authority; what clients must be told */
  readonly ca: string;
  /** of every server on this computer */
  readonly certificate: string;
  readonly key: string;
}

/** Under these names local clients ask for local servers. */
const HOSTS = ['localhost', '127.0.0.1', '::1'];

/** The instance's own authority and a certificate by it, made once and renewed before they run out. */
export async function tlsFilesIn(directory: string): Promise<TlsFiles> {
  const ca = join(directory, 'ca.pem');
  const caKey = join(directory, 'ca.key.pem');
  const files = { ca, certificate: join(directory, 'server.pem'), key: join(directory, 'server.key.pem') };
  let renewed = false;
  if (!isGood(ca) || !existsSync(caKey)) {
    const authority = await makeAuthority('Waybill local stack');
    writePrivately(caKey, authority.key);
    writePrivately(ca, authority.certificate);
    renewed = true;
  }
  if (renewed || !isGood(files.certificate) || !existsSync(files.key)) await certifyServer(directory);
  return files;
}

/** A new key for the servers of an instance, by the authority that clients know: they notice nothing. Servers read it at their start. */
export async function rotateServerKey(directory: string): Promise<void> {
  if (existsSync(join(directory, 'ca.key.pem'))) return certifyServer(directory);
  throw new StackFailure(`${directory} has no certificate authority: npm start -- --tls makes one.`);
}

async function certifyServer(directory: string): Promise<void> {
  const authority = {
    certificate: readFileSync(join(directory, 'ca.pem'), 'utf8'),
    key: readFileSync(join(directory, 'ca.key.pem'), 'utf8'),
  };
  const server = await certify(authority, HOSTS);
  writePrivately(join(directory, 'server.key.pem'), server.key);
  writePrivately(join(directory, 'server.pem'), server.certificate);
}

/** This process believes the authority too, beside those of the system: it asks the servers whether they are ready. */
export function alsoTrust(caFile: string): void {
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(caFile, 'utf8')]);
}

function isGood(file: string): boolean {
  return existsSync(file) && isFresh(readFileSync(file, 'utf8'));
}
