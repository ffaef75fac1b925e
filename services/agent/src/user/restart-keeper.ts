import type { Journal } from '../journal/journal.js';
import { type AttemptRecord, keyText } from '../journal/journal.records.js';
import type { Log } from '../log.js';
import type { Clock } from '../time/clock.js';
import type { Notifier } from './notifier.js';
import {
  agedPlan,
  isSudden,
  planRestart,
  putOffToWarn,
  type RestartPlan,
  restartInMs,
  said,
  sayInMs,
} from './restart-plan.js';
import type { Restarter } from './restarter.js';
import { RunningTime } from './running-time.js';
import { restartNotice, restartWords } from './user-words.js';

const NOTE_MS = 60_000;
/** After an order that did not work, or that somebody took back (`shutdown -c`). */
const AGAIN_MS = 15 * 60_000;

export interface RestartKeeperParts {
  journal: Journal;
  clock: Clock;
  log: Log;
  notifier: Notifier;
  restarter: Restarter;
  bootId: string;
  /** resolves when nothing is being installed, and keeps it so until the answer is called */
  standStill(signal: AbortSignal): Promise<() => void>;
  time?: RunningTime;
}

/** Restarts that installers ask for, as far as their jobs let the computer restart: told, agreed to, ordered. One restart serves all. */
export class RestartKeeper {
  private readonly time: RunningTime;
  private readonly stopped = new AbortController();
  private changed = new AbortController();
  private running = false;

  constructor(private readonly parts: RestartKeeperParts) {
    this.time = parts.time ?? new RunningTime();
  }

  /** Plans the restart of an attempt that waits for one; inside the transaction of its report. @returns what the report says */
  plan(record: AttemptRecord): string {
    const plan = this.planOf(record) ?? planRestart(record.command.user, this.parts.clock.now());
    if (plan) this.put(record, plan);
    return restartWords(plan);
  }

  /** Sees to what {@link plan} has planned, in this process or an earlier one. */
  watch(): void {
    if (this.running) return this.wake();
    this.running = true;
    void this.run();
  }

  /** A user agrees. @returns false when nothing waits for a restart that this agent may make */
  agree(): boolean {
    const waiting = this.waiting();
    for (const { record, plan } of waiting) this.put(record, { ...plan, agreed: true });
    if (waiting.length > 0) this.watch();
    return waiting.length > 0;
  }

  stop(): void {
    this.stopped.abort();
  }

  /** Until nothing waits for a restart, whatever fails meanwhile. Never rejects. */
  private async run(): Promise<void> {
    const { log, clock } = this.parts;
    const { signal } = this.stopped;
    while (this.running && !signal.aborted) {
      try {
        await this.step();
      } catch (error) {
        if (signal.aborted) return;
        // the journal, on a disk that is full: what waits for a restart is still written there
        log.error({ err: error }, 'the restart could not be seen to; it is tried again');
        await clock.sleep(NOTE_MS, signal).catch(() => {});
      }
    }
  }

  /** Does what is to be done next, or waits for it. */
  private async step(): Promise<void> {
    const waiting = this.waiting();
    if (waiting.length === 0) {
      // here and not a turn later: whoever plans a restart as this ends begins anew
      this.running = false;
      return;
    }
    for (const { record, plan } of waiting) this.put(record, plan);
    const now = this.parts.clock.now();
    const sudden = waiting.filter(({ plan }) => isSudden(plan, now));
    for (const { record, plan } of sudden) this.put(record, putOffToWarn(plan, now));
    if (sudden.length > 0) return;
    const due = Math.min(...waiting.map(({ plan }) => restartInMs(plan, now)));
    const unsaid = waiting.find(({ plan }) => sayInMs(plan, now) <= 0);
    if (due <= 0) await this.order();
    else if (unsaid) await this.say(unsaid.record, unsaid.plan);
    else await this.pause(Math.min(due, ...waiting.map(({ plan }) => sayInMs(plan, now)), NOTE_MS));
  }

  private async say(record: AttemptRecord, plan: RestartPlan): Promise<void> {
    await this.parts.notifier.tell(restartNotice(record.command, plan));
    const current = this.parts.journal.attempt(record);
    const known = current && this.planOf(current);
    if (known) this.put(record, said(known, this.parts.clock.now()));
  }

  /** An installation that runs is not cut off, and none begins while the computer goes down. */
  private async order(): Promise<void> {
    const { standStill, restarter, log, clock } = this.parts;
    const release = await standStill(this.stopped.signal);
    try {
      log.info({}, 'the computer restarts to complete an installation');
      await restarter.restart();
      await clock.sleep(AGAIN_MS, this.stopped.signal);
      log.warn({}, 'the computer has not restarted though it was told to; it is told again');
    } catch (error) {
      this.stopped.signal.throwIfAborted();
      log.error({ err: error }, 'the computer could not be restarted; it is tried again');
      release();
      await clock.sleep(AGAIN_MS, this.stopped.signal);
    } finally {
      release();
    }
  }

  private waiting(): { record: AttemptRecord; plan: RestartPlan }[] {
    return this.parts.journal.openAttempts().flatMap((record) => {
      const plan =
        record.status === 'rebootPending' && record.bootId === this.parts.bootId ? this.planOf(record) : null;
      return plan ? [{ record, plan }] : [];
    });
  }

  private planOf(record: AttemptRecord): RestartPlan | null {
    return record.restart && agedPlan(record.restart, this.time.since(keyText(record)));
  }

  private put(record: AttemptRecord, restart: RestartPlan): void {
    this.parts.journal.changeAttempt(record, { restart });
    this.time.note(keyText(record));
  }

  private wake(): void {
    this.changed.abort();
    this.changed = new AbortController();
  }

  private async pause(milliseconds: number): Promise<void> {
    await this.parts.clock
      .sleep(milliseconds, AbortSignal.any([this.stopped.signal, this.changed.signal]))
      .catch(() => {});
  }
}
