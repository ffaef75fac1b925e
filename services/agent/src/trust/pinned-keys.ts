import type { KeySet } from '@waybill/contracts/agent';
import { follow, openFirst, type ProvenKeySet } from '@waybill/trust';
import type { Journal } from '../journal/journal.js';
import type { Log } from '../log.js';
import type { Clock } from '../time/clock.js';

const KEY_SET = 'keySet';
const PINNED_ROOT = 'pinnedRoot';

export interface PinnedKeysParts {
  journal: Journal;
  clock: Clock;
  log: Log;
  /** `sha256:<hex>` of the root key, told over another channel; null: the first key set is believed */
  rootFingerprint: string | null;
}

/**
 * The keys that this computer believes, pinned at enrolment. Only a set that a root key of the pinned one signed replaces it:
 * whoever later takes over the agent door cannot make this computer obey other keys, or forget that one was revoked.
 */
export class PinnedKeys {
  private known: ProvenKeySet | null;
  private readonly listeners: ((set: KeySet) => void)[] = [];

  constructor(private readonly parts: PinnedKeysParts) {
    this.known = pinned(parts);
  }

  /** Null before the first key set: then nothing is believed. */
  get current(): KeySet | null {
    return this.known?.set ?? null;
  }

  /** Called with every key set that replaced another one. */
  onChanged(listener: (set: KeySet) => void): void {
    this.listeners.push(listener);
  }

  /**
   * Pins what is offered first; later takes what follows on it.
   * @param chain of an enrolment or a session, oldest first
   */
  async offer(chain: readonly string[]): Promise<void> {
    const { clock, log, rootFingerprint } = this.parts;
    const before = this.known;
    let from = before;
    if (!from) {
      const first = await openFirst(chain, rootFingerprint);
      if (!first.ok) return log.error({ why: first.why }, 'the server offers no key set that can be trusted');
      from = first;
    }
    const { newest, refused } = await follow(from, chain, clock.now());
    if (refused !== null)
      log.warn(
        { why: refused },
        'the server offers a key set that the pinned one does not vouch for; it is not trusted',
      );
    // Two sessions may be read at once: the older answer must not win.
    if (this.known && newest.set.serial <= this.known.set.serial) return;
    this.keep(newest);
    if (before) for (const listener of this.listeners) listener(newest.set);
  }

  private keep(newest: ProvenKeySet): void {
    const { journal, log, rootFingerprint } = this.parts;
    this.known = newest;
    journal.transact('keySet', () => {
      journal.set(KEY_SET, JSON.stringify(newest));
      journal.set(PINNED_ROOT, rootFingerprint ?? '');
    });
    log.info({ serial: newest.set.serial }, 'took over a key set');
  }
}

/** What an earlier process pinned. Another root fingerprint in the configuration is a person's word: everything begins anew. */
function pinned({ journal, rootFingerprint }: PinnedKeysParts): ProvenKeySet | null {
  const kept = journal.get(KEY_SET);
  if (kept === null || (rootFingerprint !== null && journal.get(PINNED_ROOT) !== rootFingerprint)) return null;
  return JSON.parse(kept) as ProvenKeySet;
}
