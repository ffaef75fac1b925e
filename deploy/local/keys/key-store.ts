import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { KeySet, KeyUse, TrustKey } from '@waybill/contracts/agent';
import { chainOf, follow, openFirst, readPrivateKey, sealKeySet, toSpki } from '@waybill/trust';
import { writePrivately } from '../secret-files.ts';
import { StackFailure } from '../stack-failure.ts';

const DAY_MS = 86_400_000;

/**
 * Days for which a key that was rotated out still counts, by what it signed: streams keep commands for 30 days, notices live one.
 * What was published stays published: null means until the key is revoked.
 */
const AFTERLIFE_DAYS: Readonly<{ [use in KeyUse]: number | null }> = {
  root: 0,
  publish: null,
  command: 31,
  session: 2,
};

export interface KeyPaths {
  /** the chain of signed key sets, one JWS a line; what the services are given */
  readonly keySet: string;
  /** private keys in use now, PKCS#8 PEM, mode 0600; a key that is rotated out is deleted */
  readonly root: string;
  readonly publish: string;
  readonly command: string;
  readonly session: string;
}

/** A directory with an installation's private keys and its signed key set. Every change is a new set, signed by the root key. */
export class KeyStore {
  readonly paths: KeyPaths;

  /** @param session file of the key that signs access tokens, where the broker's own configuration names it */
  constructor(directory: string, session = join(directory, 'token.pem')) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const file = (name: string): string => join(directory, name);
    this.paths = {
      keySet: file('keyset.jws'),
      root: file('root.pem'),
      publish: file('publish.pem'),
      command: file('command.pem'),
      session,
    };
  }

  get exists(): boolean {
    return existsSync(this.paths.keySet);
  }

  /** The newest set. @throws StackFailure when there is none, or it does not hold */
  async current(): Promise<KeySet> {
    if (!this.exists) throw new StackFailure(`There is no key set in ${this.paths.keySet}: npm start makes one.`);
    const chain = this.chain();
    const first = await openFirst(chain, null);
    if (!first.ok) throw new StackFailure(`The key set in ${this.paths.keySet} does not hold: ${first.why}.`);
    return (await follow(first, chain, Date.now())).newest.set;
  }

  /** Makes what is missing, once: keys, and the first set. @param sessionKeyId under which the broker knows the session key */
  async ensure(sessionKeyId: string): Promise<KeySet> {
    for (const use of ['root', 'publish', 'command', 'session'] as const)
      if (!existsSync(this.paths[use])) this.writeKey(use, newKey());
    const session = trustKey(sessionKeyId, 'session', this.readKey('session'));
    if (!this.exists) {
      const others = (['root', 'publish', 'command'] as const).map((use) =>
        trustKey(`waybill-${use}-1`, use, this.readKey(use)),
      );
      return this.issue({ v: 1, serial: 0, issuedAt: '', keys: [...others, session] });
    }
    const set = await this.current();
    if (set.keys.some(({ publicKey }) => publicKey === session.publicKey)) return set;
    // The broker was given another key to trust: tokens that it would refuse are of no use.
    const rest = set.keys.filter(({ kid }) => kid !== sessionKeyId);
    return this.issue({ ...set, keys: [...rest, session] });
  }

  /**
   * A new key takes the place of the one in use; the old one's signatures count for as long as what it signed is of use. Cut off or
   * failed anywhere, the old key goes on, and the next rotation finishes this one.
   * @param beforeUse makes the new key known wherever the key set does not; its failure is no harm
   */
  async rotate(
    use: KeyUse,
    beforeUse: (added: TrustKey) => Promise<void> = () => Promise.resolve(),
  ): Promise<TrustKey> {
    const old = this.inUse(await this.current(), use);
    const added = await this.announced(use);
    // Whoever checks signatures knows the new key before there are any.
    await beforeUse(added);
    renameSync(nextOf(this.paths[use]), this.paths[use]);
    // From here on the new key speaks; of the root, it is also what says so.
    const set = await this.current();
    this.issue({ ...set, keys: set.keys.map((key) => (key.kid === old?.kid ? retired(key) : key)) });
    return added;
  }

  /** @throws StackFailure for an unknown key, and for the last root key: nobody could ever replace the set again */
  async revoke(kid: string, beforeUse?: (added: TrustKey) => Promise<void>): Promise<TrustKey> {
    const known = (await this.current()).keys.find((key) => key.kid === kid);
    if (!known) throw new StackFailure(`There is no key "${kid}"; npm run keys -- show lists them.`);
    if (known.revokedAt !== null) return known;
    // A service never signs with a key that nobody believes.
    if (this.inUse(await this.current(), known.use)?.kid === kid) await this.rotate(known.use, beforeUse);
    const set = await this.current();
    const revokedAt = new Date().toISOString();
    this.issue({ ...set, keys: set.keys.map((key) => (key.kid === kid ? { ...key, revokedAt } : key)) });
    return { ...known, revokedAt };
  }

  /** Adds a publishing key whose private half stays with the organisation. @throws StackFailure when it is in the set already */
  async add(kid: string, publicKey: string): Promise<TrustKey> {
    const set = await this.current();
    if (set.keys.some((key) => key.kid === kid || key.publicKey === publicKey))
      throw new StackFailure(`The key set has a key "${kid}", or this very key, already.`);
    const added: TrustKey = { ...stamped(), kid, use: 'publish', publicKey, holder: 'organisation' };
    this.issue({ ...set, keys: [...set.keys, added] });
    return added;
  }

  /** The next key of that use: in the set, its private half beside the one in use. */
  private async announced(use: KeyUse): Promise<TrustKey> {
    const set = await this.current();
    const file = nextOf(this.paths[use]);
    const pending = existsSync(file) ? toSpki(readPrivateKey(readFileSync(file, 'utf8'))) : null;
    const known = set.keys.find(({ publicKey }) => publicKey === pending);
    if (known) return known;
    const privateKey = newKey();
    writePrivately(file, pemOf(privateKey));
    const added = trustKey(nextId(set, use), use, privateKey);
    this.issue({ ...set, keys: [...set.keys, added] });
    return added;
  }

  private inUse(set: KeySet, use: KeyUse): TrustKey | undefined {
    const spki = toSpki(this.readKey(use));
    return set.keys.find((key) => key.use === use && key.publicKey === spki);
  }

  private issue(set: KeySet): KeySet {
    const next = { ...set, serial: set.serial + 1, issuedAt: new Date().toISOString() };
    const privateKey = this.readKey('root');
    const spki = toSpki(privateKey);
    const root = next.keys.find((key) => key.use === 'root' && key.publicKey === spki);
    if (!root) throw new StackFailure(`The root key in ${this.paths.root} is not in the key set.`);
    const jws = sealKeySet(next, { kid: root.kid, privateKey });
    // The last set of each root key stays: it is what vouches for the next root key.
    const earlier = this.exists ? this.chain() : [];
    const kept = earlier.filter((line, index) => index < earlier.length - 1 || signerOf(line) !== root.kid);
    writePrivately(this.paths.keySet, [...kept, jws, ''].join('\n'));
    return next;
  }

  private chain(): string[] {
    return chainOf(readFileSync(this.paths.keySet, 'utf8'));
  }

  private readKey(use: KeyUse): KeyObject {
    const file = this.paths[use];
    try {
      return readPrivateKey(readFileSync(file, 'utf8'));
    } catch (error) {
      throw new StackFailure(`The ${use} key in ${file} cannot be read (${(error as Error).message}).`);
    }
  }

  private writeKey(use: KeyUse, key: KeyObject): void {
    writePrivately(this.paths[use], pemOf(key));
  }
}

/** Where the private half waits until everybody knows the public one. */
function nextOf(file: string): string {
  return `${file}.next`;
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function newKey(): KeyObject {
  return generateKeyPairSync('ed25519').privateKey;
}

function trustKey(kid: string, use: KeyUse, key: KeyObject): TrustKey {
  const holder = use === 'root' ? 'organisation' : 'service';
  return { ...stamped(), kid, use, holder, publicKey: toSpki(key) };
}

function stamped(): Pick<TrustKey, 'notBefore' | 'notAfter' | 'revokedAt'> {
  return { notBefore: new Date().toISOString(), notAfter: null, revokedAt: null };
}

function retired(key: TrustKey): TrustKey {
  const days = AFTERLIFE_DAYS[key.use];
  return days === null ? key : { ...key, notAfter: new Date(Date.now() + days * DAY_MS).toISOString() };
}

/** `waybill-command-2` after `waybill-command-1`; ids are never used again. */
function nextId(set: KeySet, use: KeyUse): string {
  const numbers = set.keys.filter((key) => key.use === use).map(({ kid }) => Number(/\d+$/.exec(kid)?.[0] ?? 0));
  const stem = use === 'session' ? 'waybill-token' : `waybill-${use}`;
  return `${stem}-${Math.max(0, ...numbers) + 1}`;
}

function signerOf(jws: string): string {
  return (JSON.parse(Buffer.from(jws.split('.')[0] ?? '', 'base64url').toString()) as { kid: string }).kid;
}
