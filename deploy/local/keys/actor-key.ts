import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type KeyFiles, writePrivately } from '../secret-files.ts';
import { StackFailure } from '../stack-failure.ts';

/** Services look at their key files once a second. */
const TAKEN_OVER_MS = 5_000;

/** Where an installation keeps the gateway's actor key and what the services check it with. */
export function actorKeyFiles(directory: string): KeyFiles {
  return { privateKey: join(directory, 'actor.pem'), publicKey: join(directory, 'actor.pub.pem') };
}

/**
 * Gives the gateway a new key to vouch for people with, while everything runs: the services learn the new public key, then the gateway
 * changes its key, then the services forget the old one. Cut off anywhere, the next rotation goes on where this one stopped.
 * @param wait until everybody has looked at the files again
 * @throws StackFailure when the directory has no such key
 */
export async function rotateActorKey(
  { privateKey, publicKey }: KeyFiles,
  wait = () => setTimeout(TAKEN_OVER_MS),
): Promise<void> {
  if (!existsSync(privateKey)) throw new StackFailure(`There is no actor key in ${privateKey}: npm start makes one.`);
  const next = `${privateKey}.next`;
  if (!existsSync(next)) writePrivately(next, newKey());
  const [old, added] = [publicOf(privateKey), publicOf(next)];
  writePrivately(publicKey, old + added);
  await wait();
  renameSync(next, privateKey);
  await wait();
  writePrivately(publicKey, added);
}

function newKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function publicOf(file: string): string {
  const key = createPublicKey(createPrivateKey(readFileSync(file, 'utf8')));
  return key.export({ type: 'spki', format: 'pem' }).toString();
}
