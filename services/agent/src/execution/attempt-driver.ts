import type { Variant } from '@waybill/contracts/agent';
import {
  type AttemptKey,
  type AttemptRecord,
  keyText,
  type StepRecord,
  type Verdict,
} from '../journal/journal.records.js';
import type { Gate } from '../retry/gate.js';
import { timestamp } from '../time/clock.js';
import { hasBegun, isUnrepeatable, isWait, type StepName, STEPS, stepOf } from './attempt.js';
import { type Decision, decideStep, type Slot, verdictOf } from './decide-step.js';
import type { ExecutorParts } from './executor.js';
import { installedSoftwareChange } from './installed-software.js';
import { isHeld } from './is-held.js';
import { nextAttempt } from './next-attempt.js';
import type { StepOutcome } from './step-runner.js';

type Run = Extract<Decision, { do: 'run' }>;

/** Drives one attempt: decide, journal that the step starts, do it, journal how it ended, decide again. */
export class AttemptDriver {
  private readonly variant: Variant | null;
  private held: { slot: Slot; release: () => void } | null = null;

  constructor(
    private readonly parts: ExecutorParts,
    private readonly gates: Record<Exclude<Slot, 'none'>, Gate>,
    private readonly key: AttemptRecord,
    /** aborted when the attempt was canceled before it began, or when the agent stops */
    private readonly signal: AbortSignal,
    private readonly stopping: () => boolean,
  ) {
    this.variant = parts.chooseVariant(key);
  }

  /** Resolves when the attempt has ended, waits for a restart of the computer, or the agent stops. */
  async run(): Promise<'parked' | 'done'> {
    try {
      for (;;) {
        const next = await this.advance();
        if (next !== 'again') return next;
      }
    } finally {
      this.held?.release();
    }
  }

  /** One decision; `done` when there is nothing more to do now. */
  private async advance(): Promise<'again' | 'parked' | 'done'> {
    const record = this.parts.journal.attempt(this.key);
    if (!record) return 'done';
    const decision = decideStep(record, {
      variant: this.variant,
      now: this.parts.clock.now(),
      moments: this.parts.time.momentsOf(record.command),
      bootId: this.parts.bootId,
      ...this.parts.waits.facts(record),
      userWaits: this.parts.offers.waits(record),
    });
    if (decision.do === 'nothing') return 'done';
    if (decision.do === 'finish') return this.finish(record, decision.verdict);
    if (decision.do === 'park') return this.park(record);
    if ((this.stopping() && !hasBegun(record.steps)) || isHeld(record, this.parts)) return 'done';
    // When the agent stops, a gate lets nobody in any more: asking again would never end.
    if (!(await this.hold(decision.slot, record))) return this.stopping() ? 'done' : 'again';
    this.begin(record, decision);
    const outcome = await this.work(record, decision.step);
    if (outcome) this.end(decision.step, outcome);
    return 'again';
  }

  /** True when the slot is held already; otherwise takes it, after which everything has to be decided again. */
  private async hold(slot: Slot, record: AttemptRecord): Promise<boolean> {
    if (this.held?.slot === slot) return true;
    this.held?.release();
    this.held = null;
    // whoever only waits holds up nobody
    if (slot === 'none') return true;
    const gate = this.gates[slot];
    if (slot === 'installer' && gate.busy && record.status !== 'waiting') {
      this.say('waiting', {
        status: 'waiting',
        reason: 'installer.busy',
        message: 'Another installation is running on this computer.',
      });
    }
    try {
      const { priority } = record.command;
      this.held = { slot, release: await gate.enter(priority, Date.parse(record.acceptedAt), this.signal) };
    } catch (error) {
      if (!this.signal.aborted) throw error;
    }
    return false;
  }

  private begin(record: AttemptRecord, { step, status }: Run): void {
    const startedAt = stepOf(record, step)?.startedAt ?? timestamp(this.parts.clock);
    this.parts.journal.transact(`step.${step}.started`, () => {
      this.parts.journal.putStep(this.key, {
        name: step,
        startedAt,
        finishedAt: null,
        ok: null,
        detail: null,
        exitCode: null,
        process: null,
      });
      const why = isWait(step) ? this.parts.waits.why(step, record) : {};
      // also when it goes on waiting, but for something else or until another moment
      const { reason = null, message = null } = record.lastReport ?? {};
      const known = status === record.status && (why.reason ?? null) === reason && (why.message ?? message) === message;
      if (!known) this.parts.reports.write(this.key, { status, ...why });
    });
  }

  private async work(record: AttemptRecord, step: StepName): Promise<StepOutcome | null> {
    const current = this.parts.journal.attempt(record)!;
    try {
      if (isWait(step)) return (await this.parts.waits.until(step, record, this.signal)) ? { ok: true } : null;
      // It has begun, so nobody is told of what was canceled meanwhile.
      if (isUnrepeatable({ name: step }) && !hasBegun(record.steps)) await this.parts.offers.tellBegin(record);
      return await this.parts.runner.run(
        step,
        { record: current, variant: this.variant!, started: (process) => this.started(step, process) },
        this.signal,
      );
    } catch (error) {
      // Canceled or stopping: the step stays unfinished in the journal and may be repeated.
      if (this.signal.aborted && !hasBegun(current.steps)) return null;
      this.parts.log.error({ err: error, execution: keyText(record), step }, 'the agent failed in a step');
      const detail = error instanceof Error ? error.message : String(error);
      return { ok: false, detail, verdict: verdictOf('failed', 'agent.error', detail) };
    }
  }

  private started(step: StepName, process: NonNullable<StepRecord['process']>): void {
    const record = this.parts.journal.attempt(this.key);
    const row = record && stepOf(record, step);
    if (row) this.parts.journal.putStep(this.key, { ...row, process });
  }

  private end(step: StepName, outcome: StepOutcome): void {
    const { journal, clock } = this.parts;
    journal.transact(`step.${step}.finished`, () => {
      const record = journal.attempt(this.key)!;
      const row = stepOf(record, step)!;
      journal.putStep(this.key, {
        ...row,
        finishedAt: timestamp(clock),
        ok: outcome.ok,
        detail: outcome.detail ?? null,
        exitCode: outcome.exitCode ?? null,
      });
      const verdict = record.verdict ? {} : { verdict: outcome.verdict ?? null };
      journal.changeAttempt(this.key, { ...verdict, ...(outcome.bootId && { bootId: outcome.bootId }) });
    });
  }

  private finish(record: AttemptRecord, verdict: Verdict): 'done' {
    const { journal, reports, runner, clock, time } = this.parts;
    const logTail = hasBegun(record.steps) ? runner.outputTail(record) : null;
    const next = nextAttempt(record, verdict, {
      now: clock.now(),
      expiresAt: time.momentsOf(record.command).expiresAt.at,
    });
    journal.transact('final', () => {
      const retryAt = next?.notBefore ?? null;
      reports.write(this.key, { ...verdict, message: withReturn(record, verdict), logTail, retryAt });
      journal.changeAttempt(this.key, { verdict, finishedAt: timestamp(clock) });
      if (next) journal.insertAttempt(next);
      const change = installedSoftwareChange(record.command, verdict);
      if (change?.version) journal.set(change.key, change.version);
      else if (change) journal.remove(change.key);
    });
    this.parts.log.info(
      { execution: keyText(record), status: verdict.status, reason: verdict.reason, retryAt: next?.notBefore },
      'execution ended',
    );
    this.parts.offers.ended(record, verdict, next?.notBefore ?? null);
    runner.release(record);
    this.parts.onFinished?.(record);
    return 'done';
  }

  private park(record: AttemptRecord): 'parked' {
    if (record.status !== 'rebootPending')
      this.parts.journal.transact('rebootPending', () => {
        const message = this.parts.restarts.plan(record);
        this.parts.reports.write(this.key, { status: 'rebootPending', message });
      });
    this.parts.restarts.watch();
    return 'parked';
  }

  private say(boundary: string, statement: Parameters<ExecutorParts['reports']['write']>[1]): void {
    this.parts.journal.transact(boundary, () => this.parts.reports.write(this.key as AttemptKey, statement));
  }
}

/** After a failure the help desk also reads whether the old state is back. */
function withReturn(record: AttemptRecord, { status, message }: Verdict): string | null {
  const settled = stepOf(record, STEPS.settle)?.detail;
  return status === 'succeeded' || !settled ? message : `${message ?? ''} ${settled}`.trim();
}
