import type { Variant } from '@waybill/contracts/agent';
import type { Journal } from '../journal/journal.js';
import { type AttemptKey, type AttemptRecord, type CancelMark, keyText } from '../journal/journal.records.js';
import type { Log } from '../log.js';
import type { ReportWriter } from '../reports/report-writer.js';
import { Gate } from '../retry/gate.js';
import { type Clock, timestamp } from '../time/clock.js';
import type { OwnTime } from '../time/own-time.js';
import type { InstallOffers } from '../user/install-offers.js';
import type { RestartKeeper } from '../user/restart-keeper.js';
import { AttemptDriver } from './attempt-driver.js';
import { hasBegun, isUnrepeatable } from './attempt.js';
import { isHeld } from './is-held.js';
import type { Slot } from './decide-step.js';
import type { StepRunner } from './step-runner.js';
import type { StepWaits } from './step-waits.js';

/** Preparations (checks and downloads) at the same time. */
const PREPARE_SLOTS = 2;
/** After a failure of the journal itself. */
const REDRIVE_MS = 10_000;

export interface ExecutorParts {
  journal: Journal;
  clock: Clock;
  reports: ReportWriter;
  runner: StepRunner;
  offers: InstallOffers;
  restarts: Pick<RestartKeeper, 'plan' | 'watch'>;
  time: OwnTime;
  waits: StepWaits;
  log: Log;
  bootId: string;
  /** variant of a manifest for this computer, null when there is none */
  chooseVariant(record: AttemptRecord): Variant | null;
  /** false: it must not begin to change the computer now; whoever lets it begin later wakes the executor */
  mayBegin(record: AttemptRecord): boolean;
  /** called after every attempt that ended, e.g. to look at the inventory again */
  onFinished?(record: AttemptRecord): void;
}

/** Brings every open attempt of the journal to its end, one installer at a time. */
export class Executor {
  private readonly driven = new Map<string, { done: Promise<void>; abort: AbortController }>();
  private readonly gates: Record<Exclude<Slot, 'none'>, Gate> = {
    prepare: new Gate(PREPARE_SLOTS),
    installer: new Gate(1),
  };
  /** Attempts that only a restart of the computer takes further, and that also ends this process: driving them again would never end. */
  private readonly parked = new Set<string>();
  private stopping = false;

  constructor(private readonly parts: ExecutorParts) {}

  /** Takes up what an earlier process left: repeatable steps run again, others are marked as cut off and detection decides. */
  async resume(): Promise<void> {
    for (const record of this.parts.journal.openAttempts()) await this.markCutOff(record);
    this.wake();
  }

  /** Starts work on attempts that nobody works on. */
  wake(): void {
    if (this.stopping) return;
    const open = this.parts.journal.openAttempts();
    for (const record of open) {
      const key = keyText(record);
      const earlier = open.some(
        ({ jobId, run, attempt }) => jobId === record.jobId && run === record.run && attempt < record.attempt,
      );
      if (!earlier && !this.driven.has(key) && !this.parked.has(key) && !this.isHeld(record)) this.drive(record, key);
    }
  }

  /** Stops what must not begin (any more), as if it had not been taken up; true when there is any. */
  holdBack(): boolean {
    const held = this.parts.journal.openAttempts().filter((record) => this.isHeld(record));
    for (const record of held) this.driven.get(keyText(record))?.abort.abort();
    return held.length > 0;
  }

  /**
   * Resolves when nothing is being installed, and lets nothing begin until the answer is called. It comes before all that waits.
   */
  standStill(signal: AbortSignal): Promise<() => void> {
    return this.gates.installer.enter(Infinity, 0, signal);
  }

  private isHeld(record: AttemptRecord): boolean {
    return isHeld(record, this.parts);
  }

  /** Marks attempts as canceled and stops those that have not begun. The reports follow from the step machine. */
  cancel(key: AttemptKey, mark: CancelMark): void {
    const record = this.parts.journal.attempt(key);
    if (!record || record.finishedAt || record.cancel) return;
    this.parts.journal.changeAttempt(key, { cancel: mark });
    if (!hasBegun(record.steps)) this.driven.get(keyText(key))?.abort.abort();
  }

  /**
   * Stops: work that may be repeated is dropped at once, a running installer gets `graceMs` to end.
   * What is still running then is left to itself and judged by {@link resume} of the next process.
   */
  async stop(graceMs: number): Promise<void> {
    this.stopping = true;
    for (const { abort } of this.driven.values()) abort.abort();
    const all = Promise.all([...this.driven.values()].map(({ done }) => done));
    const grace = new AbortController();
    await Promise.race([all, this.parts.clock.sleep(graceMs, grace.signal).catch(() => {})]);
    grace.abort();
  }

  private drive(record: AttemptRecord, key: string): void {
    const abort = new AbortController();
    const driver = new AttemptDriver(this.parts, this.gates, record, abort.signal, () => this.stopping);
    const run = driver.run().then((end) => void (end === 'parked' && this.parked.add(key)));
    const done = run.catch(async (error: unknown) => {
      this.parts.log.error({ err: error, execution: key }, 'the execution could not go on; it will be tried again');
      await this.parts.clock.sleep(REDRIVE_MS, abort.signal).catch(() => {});
      await this.markCutOff(record);
    });
    this.driven.set(key, { done: this.settled(done, key), abort });
  }

  private async settled(done: Promise<void>, key: string): Promise<void> {
    await done.catch((error: unknown) =>
      this.parts.log.error({ err: error, execution: key }, 'the journal does not answer'),
    );
    this.driven.delete(key);
    this.wake();
  }

  private async markCutOff(record: AttemptRecord): Promise<void> {
    const { journal, runner, clock } = this.parts;
    const current = journal.attempt(record);
    const running = current?.steps.filter((step) => !step.finishedAt && isUnrepeatable(step)) ?? [];
    if (!current || running.length === 0) return;
    const variant = this.parts.chooseVariant(current);
    if (variant) await runner.recover({ record: current, variant, started: () => {} });
    journal.transact('resumed', () => {
      for (const step of running)
        journal.putStep(record, {
          ...step,
          finishedAt: timestamp(clock),
          ok: null,
          detail: 'The agent restarted during this step.',
        });
    });
  }
}
