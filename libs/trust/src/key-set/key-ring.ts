import type { KeySet } from '@waybill/contracts/agent';
import { follow, openFirst, type ProvenKeySet } from './open-key-set.js';

/** The chain in the text of a key-set file: one compact JWS a line, oldest first. */
export function chainOf(text: string): string[] {
  return text.split(/\s+/).filter((line) => line !== '');
}

/**
 * The installation's key set as a service is given it. A set that is put in its place while the process runs is taken over
 * at the next look; one that does not hold is refused, and what was known goes on.
 */
export class KeyRing {
  private text = '';
  private chain: string[] = [];
  private known: Promise<ProvenKeySet> | null = null;

  /** @param read answers the text of the key-set file at this moment */
  constructor(private readonly read: () => string) {}

  /** @throws Error when there has never been a key set that holds */
  async current(): Promise<KeySet> {
    return (await this.proven()).set;
  }

  /** What agents are handed: every set that the newest one is proven by. */
  async offered(): Promise<readonly string[]> {
    await this.proven();
    return this.chain;
  }

  private proven(): Promise<ProvenKeySet> {
    const text = this.read();
    if (this.known && text === this.text) return this.known;
    this.text = text;
    const chain = chainOf(text);
    const before = this.known;
    const opening = open(chain).then((proven) => {
      this.chain = chain;
      return proven;
    });
    this.known = before ? opening.catch(() => before) : opening;
    this.known.catch(() => (this.known = null));
    return this.known;
  }
}

async function open(chain: readonly string[]): Promise<ProvenKeySet> {
  const first = await openFirst(chain, null);
  if (!first.ok) throw new Error(`the key set does not hold: ${first.why}`);
  const { newest, refused } = await follow(first, chain, Date.now());
  if (refused !== null) throw new Error(`the key set does not hold: ${refused}`);
  return newest;
}
