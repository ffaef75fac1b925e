import { hasBegun } from '../execution/attempt.js';
import type { Journal } from '../journal/journal.js';
import { type AttemptKey, type AttemptRecord, keyText, type Verdict } from '../journal/journal.records.js';
import type { ReportWriter } from '../reports/report-writer.js';
import type { Clock } from '../time/clock.js';
import { OwnTime } from '../time/own-time.js';
import type { Notifier } from './notifier.js';
import {
  aged,
  dueInMs,
  firstOffer,
  type Offer,
  type Postponement,
  postponed,
  tellInMs,
  unattended,
  withNotice,
} from './offer.js';
import { RunningTime } from './running-time.js';
import { beginNotice, endNotice, offerNotice, offerWords } from './user-words.js';

/** How often what has passed is journaled: as much may be waited again after each kill of the agent while its clock is set back. */
const NOTE_MS = 60_000;

export interface InstallOffersParts {
  journal: Journal;
  clock: Clock;
  reports: ReportWriter;
  notifier: Notifier;
  time?: RunningTime;
  /** what the times of commands mean on this computer; default by the zone of its system */
  own?: OwnTime;
}

/** Installations that wait for the users of the computer, and what these are told of others. Kept in the journal, so that a restart forgets nothing. */
export class InstallOffers {
  private readonly time: RunningTime;
  private readonly own: OwnTime;
  private changed = new AbortController();

  constructor(private readonly parts: InstallOffersParts) {
    this.time = parts.time ?? new RunningTime();
    this.own = parts.own ?? new OwnTime(parts.clock);
  }

  /** Whether an attempt must not begin yet because its users may still put it off. */
  waits(record: AttemptRecord): boolean {
    if (!asks(record)) return false;
    const offer = this.offerOf(record);
    return offer === null || dueInMs(offer, this.parts.clock.now()) > 0;
  }

  /** The offer as it is at this moment; null when there has been none. */
  offerOf(record: AttemptRecord): Offer | null {
    return record.offer && withNotice(aged(record.offer, this.time.since(keyText(record))), this.parts.clock.now());
  }

  /** Makes the offer, or notes how much of it has passed; inside the transaction in which the wait begins. @returns what the report says */
  open(key: AttemptKey): { reason: string; message: string } {
    const { offer, policy } = this.note(key);
    return { reason: 'user', message: offerWords(offer, policy) };
  }

  /** Asks the users, and resolves when the installation may begin. Rejects with the signal's reason. */
  async untilDue(key: AttemptKey, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const { offer } = this.note(key);
      const now = this.parts.clock.now();
      const due = dueInMs(offer, now);
      if (due <= 0) return;
      const tell = tellInMs(offer, now);
      if (tell === 0) await this.ask(key);
      else {
        const stopped = AbortSignal.any([signal, this.changed.signal]);
        // a changed offer is looked at again; a cancel is thrown above
        await this.parts.clock.sleep(Math.min(due, tell ?? due, NOTE_MS), stopped).catch(() => {});
      }
    }
  }

  /** A user puts it off. @param milliseconds from now */
  postpone(record: AttemptRecord, milliseconds: number): Postponement {
    const { offer, policy } = this.note(record);
    const result = postponed(offer, policy, milliseconds, this.parts.clock.now());
    if (result.ok) this.change(record, result.offer);
    return result;
  }

  /** A user wants it now; the windows of the computer hold all the same. */
  installNow(record: AttemptRecord): void {
    this.change(record, { ...this.note(record).offer, agreed: true });
  }

  /** Called when the computer is about to be changed. */
  async tellBegin({ command }: AttemptRecord): Promise<void> {
    if (command.user?.notify) await this.parts.notifier.tell(beginNotice(command));
  }

  /** Called after an attempt has ended; of one that had begun users are told. */
  ended(record: AttemptRecord, verdict: Verdict, retryAt: string | null): void {
    this.time.forget(keyText(record));
    if (record.command.user?.notify && hasBegun(record.steps))
      void this.parts.notifier.tell(endNotice(record.command, verdict, retryAt));
  }

  private async ask(key: AttemptKey): Promise<void> {
    const { offer, policy, command } = this.note(key);
    const reached = await this.parts.notifier.tell(offerNotice(command, offer, policy));
    const { offer: current } = this.note(key);
    // whoever has put it off meanwhile has to be told of another moment
    if (current.begins !== offer.begins) return;
    // A promise that was made to a user is kept, though nobody is there to be reminded of it.
    const alone = reached === 0 && current.used === 0;
    this.put(key, alone ? unattended(current, this.parts.clock.now()) : { ...current, told: true });
  }

  private change(record: AttemptRecord, offer: Offer): void {
    const { journal, reports } = this.parts;
    const policy = record.command.user!;
    journal.transact('offer', () => {
      this.put(record, offer);
      const waits = record.status === 'waiting' && record.lastReport?.reason === 'user';
      if (waits) reports.write(record, { status: 'waiting', reason: 'user', message: offerWords(offer, policy) });
    });
    this.changed.abort();
    this.changed = new AbortController();
  }

  private note(key: AttemptKey) {
    const record = this.parts.journal.attempt(key)!;
    const { command } = record;
    const policy = command.user!;
    const expiry = () => this.own.momentsOf(command).expiresAt.at;
    const offer = this.offerOf(record) ?? firstOffer(policy, expiry(), this.parts.clock.now());
    this.put(key, offer);
    return { offer, policy, command };
  }

  private put(key: AttemptKey, offer: Offer): void {
    this.parts.journal.changeAttempt(key, { offer });
    this.time.note(keyText(key));
  }
}

/** Whether users are asked before the computer is changed. */
export function asks({ command }: Pick<AttemptRecord, 'command'>): boolean {
  return command.action !== 'verify' && (command.user?.deferrals ?? 0) > 0;
}
