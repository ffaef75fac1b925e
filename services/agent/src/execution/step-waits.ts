import type { Closed } from '@waybill/contracts/agent';
import type { Bandwidth } from '../downloads/bandwidth.js';
import type { AttemptRecord } from '../journal/journal.records.js';
import { type Clock, sleepUntil } from '../time/clock.js';
import type { OwnTime } from '../time/own-time.js';
import type { InstallOffers } from '../user/install-offers.js';
import type { InstallWindows } from '../windows/install-windows.js';
import { STEPS, type WaitName } from './attempt.js';
import { spreadMoment } from './spread-downloads.js';

export interface StepWaitsParts {
  clock: Clock;
  time: OwnTime;
  windows: InstallWindows;
  offers: InstallOffers;
  bandwidth: Bandwidth;
  computerId: string;
  /** when files that are needed later are fetched; default {@link spreadMoment} */
  spread?: typeof spreadMoment;
}

/** Why an attempt waits, as its execution says it. */
export interface Why {
  reason?: string;
  message?: string;
}

/** The steps that only wait: for what, in words, and until when. */
export class StepWaits {
  constructor(private readonly parts: StepWaitsParts) {}

  why(step: WaitName, record: AttemptRecord): Why {
    const { startsAt, installsAt } = this.parts.time.momentsOf(record.command);
    switch (step) {
      case STEPS.backOff: {
        const { attempt, notBefore } = record;
        return { reason: 'retry', message: `Attempt ${attempt} begins at ${notBefore}; the one before has failed.` };
      }
      case STEPS.start:
        return {
          reason: 'schedule',
          message: `It waits for the start of the job by its own clock, until ${startsAt?.words}.`,
        };
      case STEPS.schedule:
        return { reason: 'schedule', message: `It waits until ${installsAt?.words}.` };
      case STEPS.window:
        return windowWords(this.closed(record));
      case STEPS.user:
        return this.parts.offers.open(record);
      case STEPS.bandwidth: {
        const at = new Date(this.fetchesAt(record)).toISOString();
        return { reason: 'bandwidth', message: `It fetches its files from ${at} on.` };
      }
    }
  }

  /**
   * Waits. Rejects with the signal's reason.
   * @returns false when all has to be decided again
   */
  async until(step: WaitName, record: AttemptRecord, signal: AbortSignal): Promise<boolean> {
    const { clock, time, windows, offers } = this.parts;
    const { command } = record;
    switch (step) {
      case STEPS.backOff:
        await sleepUntil(() => Date.parse(record.notBefore!), clock, signal);
        return true;
      case STEPS.start:
        return time.until('startsAt', command, signal);
      case STEPS.schedule:
        return time.until('installsAt', command, signal);
      case STEPS.window:
        await windows.untilOpen(command, () => time.momentsOf(command).expiresAt.at, clock, signal);
        return true;
      case STEPS.user:
        await offers.untilDue(record, signal);
        return true;
      case STEPS.bandwidth:
        await sleepUntil(() => this.fetchesAt(record), clock, signal);
        return true;
    }
  }

  /** What a decision about an attempt depends on. */
  facts(record: AttemptRecord): { closed: boolean; fetchWaits: boolean } {
    const closed = this.closed(record);
    return { closed: closed !== null, fetchWaits: this.fetchesAt(record, closed) > this.parts.clock.now() };
  }

  /**
   * When the files of an attempt may be fetched: not before its own moment if they are needed only later, and not while the computer's plan allows nothing.
   * @returns milliseconds since the epoch
   */
  private fetchesAt(record: AttemptRecord, closed = this.closed(record)): number {
    const { clock, time, bandwidth, computerId } = this.parts;
    const now = clock.now();
    const { jobId, run, acceptedAt, notBefore } = record;
    const { startsAt, installsAt } = time.momentsOf(record.command);
    const since = Math.max(Date.parse(notBefore ?? acceptedAt), startsAt?.at ?? 0);
    const changesAt = Math.max(installsAt?.at ?? 0, closed?.opensAt ?? 0) || null;
    const moment = (this.parts.spread ?? spreadMoment)({ jobId, run, computerId, since, changesAt });
    return Math.max(moment, now + bandwidth.opensIn(now));
  }

  /** Why the computer must not be changed now; null when it may. */
  private closed({ command }: AttemptRecord): Closed | null {
    return this.parts.windows.closedFor(command, this.parts.clock.now());
  }
}

function windowWords(closed: Closed | null): Why {
  if (closed === null) return {};
  const { group, words, zone } = closed;
  return { reason: 'window', message: `It waits for the window of group ${group}, opens ${words} ${zone}.` };
}
