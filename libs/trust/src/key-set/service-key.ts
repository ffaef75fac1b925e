import type { KeyUse } from '@waybill/contracts/agent';
import { type SigningKey } from '../jws/sign-jws.js';
import { readPrivateKey, toSpki } from '../keys.js';
import type { KeyRing } from './key-ring.js';
import { usableKey } from './judge-key.js';

/**
 * The private key that a service signs with. The key set says under which id, and whether it may: a key that agents would
 * refuse signs nothing. A key that is put in its place while the process runs is taken at the next look.
 */
export class ServiceKey {
  private pem = '';
  private privateKey: SigningKey['privateKey'] | null = null;

  /** @param read answers the private key (PKCS#8 PEM) at this moment */
  constructor(
    private readonly use: KeyUse,
    private readonly ring: KeyRing,
    private readonly read: () => string,
  ) {}

  /** @throws Error that says what is wrong with the key: no Ed25519 key, not in the key set, revoked, expired, not valid yet */
  async current(now = Date.now()): Promise<SigningKey> {
    const set = await this.ring.current();
    const privateKey = this.load();
    const spki = toSpki(privateKey);
    const listed = set.keys.find(({ publicKey }) => publicKey === spki);
    if (!listed) throw new Error(`the ${this.use} key is not in the key set; add it with npm run keys`);
    const usable = usableKey(set, listed.kid, this.use, now);
    if ('refused' in usable) throw new Error(usable.refused);
    return { kid: listed.kid, privateKey };
  }

  private load(): SigningKey['privateKey'] {
    const pem = this.read();
    if (this.privateKey && pem === this.pem) return this.privateKey;
    this.privateKey = readPrivateKey(pem);
    this.pem = pem;
    return this.privateKey;
  }
}
