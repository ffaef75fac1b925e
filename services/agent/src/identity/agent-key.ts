import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

/** The computer's Ed25519 key pair. The private half never leaves the computer. */
export interface AgentKey {
  privateKey: KeyObject;
  /** SPKI DER in base64url, as the agent door wants it */
  publicKey: string;
}

export function generateAgentKey(): AgentKey {
  return fromPrivate(generateKeyPairSync('ed25519').privateKey);
}

/**
 * Reads the key in the state directory or makes it: written whole and synced before it gets its name, mode 0600,
 * so that a kill at any moment leaves either no key or a complete one.
 */
export function loadOrCreateAgentKey(stateDirectory: string): AgentKey {
  const path = keyIn(stateDirectory);
  mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
  try {
    return read(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const key = generateAgentKey();
  const draft = `${path}.${process.pid}`;
  const file = openSync(draft, 'w', 0o600);
  writeSync(file, key.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);
  fsyncSync(file);
  closeSync(file);
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(draft);
  }
  return read(path);
}

/** The key's file in the state directory. */
export function keyIn(stateDirectory: string): string {
  return join(stateDirectory, 'agent.key');
}

/** Reads the key and changes nothing, not even a mode that is too wide. @throws when it cannot be read */
export function readAgentKey(stateDirectory: string): AgentKey {
  return fromPrivate(createPrivateKey(readFileSync(keyIn(stateDirectory), 'utf8')));
}

function read(path: string): AgentKey {
  const pem = readFileSync(path, 'utf8');
  chmodSync(path, 0o600);
  return fromPrivate(createPrivateKey(pem));
}

function fromPrivate(privateKey: KeyObject): AgentKey {
  const der = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return { privateKey, publicKey: der.toString('base64url') };
}
