import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type KeySet, type KeyUse, type Manifest, MANIFEST_JWS_TYPE, type TrustKey } from '@waybill/contracts/agent';
import { JwsSigner, type SigningKey } from './jws/sign-jws.js';
import { sealKeySet } from './key-set/seal-key-set.js';
import { toSpki } from './keys.js';
import { canonicalJson, digestOf } from './manifest/canonical-manifest.js';

/**
 * The keys of a pretended installation with their signed key set; a spec may change the set as an administrator would.
 * For specs only: `@waybill/testing` hands it out.
 */
export class TestKeys {
  readonly root = newKey('test-root-1');
  readonly publish = newKey('test-publish-1');
  readonly command = newKey('test-command-1');
  readonly session: SigningKey;
  /** as the agent door hands it out */
  chain: string[] = [];
  private set: KeySet;

  /** @param session by default the key whose tokens the test broker trusts */
  constructor(session: SigningKey = brokerKey()) {
    this.session = session;
    this.set = {
      v: 1,
      serial: 0,
      issuedAt: '',
      keys: (['root', 'publish', 'command', 'session'] as const).map((use) => trustKey(this[use], use)),
    };
    this.change(() => {});
  }

  get current(): KeySet {
    return this.set;
  }

  /** Content of the key-set file. */
  get text(): string {
    return this.chain.join('\n');
  }

  /** Issues the next key set. */
  change(edit: (set: KeySet) => void, root: SigningKey = this.root): KeySet {
    const next = structuredClone(this.set);
    next.serial += 1;
    next.issuedAt = new Date().toISOString();
    edit(next);
    this.set = next;
    this.chain = [sealKeySet(next, root)];
    return next;
  }

  revoke(kid: string): KeySet {
    return this.change(({ keys }) => {
      keys.find((key) => key.kid === kid)!.revokedAt = new Date().toISOString();
    });
  }

  /** Adds a key and answers its private half. */
  add(kid: string, use: KeyUse, part: Partial<TrustKey> = {}): SigningKey {
    const key = newKey(kid);
    this.change(({ keys }) => void keys.push({ ...trustKey(key, use), ...part }));
    return key;
  }

  /** The manifest as a version carries it. */
  signed(manifest: Manifest, key: SigningKey = this.publish): { signedManifest: string; manifestDigest: string } {
    const text = canonicalJson(manifest);
    return { signedManifest: new JwsSigner(key, MANIFEST_JWS_TYPE).sign(text), manifestDigest: digestOf(text) };
  }
}

export function newKey(kid: string): SigningKey {
  return { kid, privateKey: generateKeyPairSync('ed25519').privateKey };
}

export function trustKey({ kid, privateKey }: SigningKey, use: KeyUse): TrustKey {
  const notBefore = new Date(Date.now() - 60_000).toISOString();
  const holder = use === 'root' ? 'organisation' : 'service';
  return { kid, use, holder, publicKey: toSpki(privateKey), notBefore, notAfter: null, revokedAt: null };
}

export function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function brokerKey(): SigningKey {
  const file = process.env['WAYBILL_TEST_TOKEN_KEY_FILE'];
  if (!file) throw new Error('WAYBILL_TEST_TOKEN_KEY_FILE is not set; run the specs through "npm test"');
  const kid = process.env['WAYBILL_TEST_TOKEN_KEY_ID'] ?? 'waybill-token-1';
  return { kid, privateKey: createPrivateKey(readFileSync(file)) };
}
