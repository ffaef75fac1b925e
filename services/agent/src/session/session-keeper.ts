import { type SessionResponse, WaybillError } from '@waybill/contracts/agent';
import type { FleetDoor } from '../door/fleet-door.js';
import type { Journal } from '../journal/journal.js';
import type { CorrectedClock } from '../time/clock.js';
import type { PinnedKeys } from '../trust/pinned-keys.js';
import type { InstallWindows } from '../windows/install-windows.js';
import type { TokenKeeper } from './token-keeper.js';

const GENERATIONS = 'generation:';
const CONTACT = 'lastContact';
const CLOCK = 'clockOffset';

/** Streams keep 30 days; after 25 without contact they are no longer relied on. */
const FORGOTTEN_MS = 25 * 86_400_000;

/** Looks for a newer key set in a row, and milliseconds until one more is allowed: anybody can name keys that nobody knows. */
const KEY_LOOKS = 6;
const KEY_LOOK_EVERY_MS = 30_000;

/** Reads the session from the agent door and takes over what it says: keys, clock, windows, streams. */
export class SessionKeeper {
  private last: SessionResponse | null = null;
  private keyLooks = KEY_LOOKS;
  private keyLooksCountedAt = Date.now();
  private askingKeys: Promise<void> | null = null;

  constructor(
    private readonly door: FleetDoor,
    private readonly tokens: TokenKeeper,
    private readonly journal: Journal,
    private readonly keys: PinnedKeys,
    private readonly clock: CorrectedClock,
    private readonly windows: InstallWindows,
  ) {}

  /** Session of the moment; null before the first. */
  get current(): SessionResponse | null {
    return this.last;
  }

  get groupIds(): string[] {
    return (this.last?.subscriptions ?? []).flatMap((subscription) =>
      subscription.kind === 'group' ? [subscription.groupId] : [],
    );
  }

  /** Asks the door. While it does not answer, the last session of this process still holds. */
  async read(): Promise<SessionResponse> {
    try {
      const { value } = await this.tokens.current();
      const asked = Date.now();
      const session = await this.door.session(value).catch(async (error: unknown) => {
        // Refused before its time: the server has a new signing key.
        if (!(error instanceof WaybillError) || error.kind !== 'unauthorized') throw error;
        return this.door.session((await this.tokens.renew()).value);
      });
      this.journal.set(CLOCK, String(this.clock.correct(session.time, Date.now() - asked)));
      await this.keys.offer(session.keySets);
      this.windows.adopt(session.windows ?? []);
      return (this.last = session);
    } catch (error) {
      if (this.last && error instanceof WaybillError && error.kind === 'unavailable') return this.last;
      throw error;
    }
  }

  /** Looks for a newer key set; calls at the same time share one look. Never rejects. */
  refreshKeys(): Promise<void> {
    if (this.askingKeys) return this.askingKeys;
    if (!this.mayLookForKeys()) return Promise.resolve();
    const asked = this.read().then(
      () => {},
      () => {},
    );
    this.askingKeys = asked.finally(() => (this.askingKeys = null));
    return this.askingKeys;
  }

  private mayLookForKeys(): boolean {
    const earned = Math.floor((Date.now() - this.keyLooksCountedAt) / KEY_LOOK_EVERY_MS);
    if (earned !== 0) {
      this.keyLooks = Math.min(KEY_LOOKS, this.keyLooks + Math.max(0, earned));
      this.keyLooksCountedAt = Date.now();
    }
    if (this.keyLooks === 0) return false;
    this.keyLooks--;
    return true;
  }

  /**
   * True when messages may have been missed without a trace in their numbers: away for long, or a stream that began anew.
   * Remembers the generations, so that it is said once.
   */
  missedMessages(session: SessionResponse): boolean {
    const contact = Number(this.journal.get(CONTACT) ?? Date.now());
    let missed = Date.now() - contact > FORGOTTEN_MS;
    for (const subscription of session.subscriptions) {
      const key = GENERATIONS + (subscription.kind === 'group' ? subscription.groupId : 'inbox');
      const known = this.journal.get(key);
      if (known === String(subscription.generation)) continue;
      missed ||= known !== null;
      this.journal.set(key, String(subscription.generation));
    }
    return missed;
  }

  /** The computer is in contact with the broker at this moment. */
  touch(): void {
    this.journal.set(CONTACT, String(Date.now()));
  }

  /** Clock offset of an earlier session, in milliseconds. */
  static storedClockOffset(journal: Journal): number {
    return Number(journal.get(CLOCK) ?? 0);
  }
}
