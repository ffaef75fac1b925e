import { type Closed, closedAt, type ExecuteCommand, type GroupWindows } from '@waybill/contracts/agent';
import type { Journal } from '../journal/journal.js';
import { type Clock, LONGEST_SLEEP_MS } from '../time/clock.js';

const KEY = 'windows';

/** When this computer may be changed, by what the last session said of its groups; kept over restarts, so that it holds without a server, too. */
export class InstallWindows {
  private known: readonly GroupWindows[];
  private changed = new AbortController();

  constructor(private readonly journal: Journal) {
    this.known = JSON.parse(journal.get(KEY) ?? '[]') as GroupWindows[];
  }

  /** Takes over what a session says; whoever waits looks again. */
  adopt(windows: readonly GroupWindows[]): void {
    const text = JSON.stringify(windows);
    if (text === JSON.stringify(this.known)) return;
    this.journal.set(KEY, text);
    this.known = windows;
    this.changed.abort();
    this.changed = new AbortController();
  }

  /** Why a command must not be acted on now; null when it may. */
  closedFor(command: Pick<ExecuteCommand, 'windows'>, now: number): Closed | null {
    return command.windows === 'ignore' ? null : closedAt(this.known, now);
  }

  /**
   * Resolves when a window is open, or the command has expired. Rejects with the signal's reason.
   * @param expiry milliseconds; when the command expires on this computer, asked anew each time
   */
  async untilOpen(
    command: Pick<ExecuteCommand, 'windows'>,
    expiry: () => number,
    clock: Clock,
    signal: AbortSignal,
  ): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const [now, expiresAt] = [clock.now(), expiry()];
      const closed = this.closedFor(command, now);
      if (closed === null || now >= expiresAt) return;
      const until = Math.min(closed.opensAt ?? expiresAt, expiresAt);
      const stopped = AbortSignal.any([signal, this.changed.signal]);
      // other windows are looked at again; a cancel is thrown above
      await clock.sleep(Math.min(until - now, LONGEST_SLEEP_MS), stopped).catch(() => {});
    }
  }
}
