import type { Command } from '@waybill/contracts/agent';
import { newAttempt } from '../execution/attempt.js';
import type { Executor } from '../execution/executor.js';
import { verdictOf } from '../execution/decide-step.js';
import type { Journal } from '../journal/journal.js';
import type { StreamPosition } from '../journal/journal.records.js';
import type { Log } from '../log.js';
import type { ReportWriter } from '../reports/report-writer.js';
import { type Clock, timestamp } from '../time/clock.js';
import type { CommandSource } from './command-source.js';
import { type JudgeFacts, type Judgement, judgeCommand, judgeForgery } from './judge-command.js';
import type { CommandVerifier, ServerKey, VerifiedCommand } from './verify-command.js';

export interface CommandIntakeParts {
  computerId: string;
  journal: Journal;
  verifier: CommandVerifier;
  keys: () => readonly ServerKey[];
  groupIds: () => readonly string[];
  executor: Executor;
  reports: ReportWriter;
  clock: Clock;
  log: Log;
  /** Fleet says that the computer's groups changed. */
  onRefresh(): void;
  /** Every command that is genuine and for this computer, before it is journaled; for measurements. */
  onCommand?(command: Command): void;
}

/** Takes commands in: proves their origin, judges them, journals what follows together with the offset, starts the work. */
export class CommandIntake {
  constructor(private readonly parts: CommandIntakeParts) {}

  /**
   * Resolves when the command may be acknowledged: it and its position are in the journal.
   * @param position what to journal for the stream; null for commands of the desired state
   */
  async receive(jws: string, source: CommandSource, position: StreamPosition | null): Promise<void> {
    const { verifier, keys, journal } = this.parts;
    const verified = await verifier.verify(jws, keys());
    const judgement = this.judge(verified, source);
    const command = verified.ok ? verified.command : verified.claimed;
    if (judgement.do === 'ignore')
      this.parts.log.debug({ command: command?.id, why: judgement.why }, 'command ignored');
    else if (verified.ok) this.parts.onCommand?.(verified.command);
    journal.transact(`command.${command?.kind ?? 'refused'}`, () => {
      if (position && source.kind !== 'desiredState') journal.advance(source.stream, position);
      // A replayed command changes nothing. Desired state repeats commands on purpose; known attempts are judged by themselves.
      if (!command || judgement.do === 'ignore') return;
      if (verified.ok && !journal.firstSeen(command.id, command.expiresAt) && source.kind !== 'desiredState') return;
      this.apply(command, judgement);
    });
    if (judgement.do === 'accept' || judgement.do === 'cancel') this.parts.executor.wake();
    if (judgement.do === 'refresh') this.parts.onRefresh();
  }

  private judge(verified: VerifiedCommand, source: CommandSource): Judgement {
    const command = verified.ok ? verified.command : verified.claimed;
    const about = command && 'jobId' in command ? command : null;
    const { journal, computerId, groupIds, clock } = this.parts;
    const facts: JudgeFacts = {
      computerId,
      groupIds: groupIds(),
      source,
      now: clock.now(),
      attempts: about ? journal.attemptsOf(about.jobId, about.run) : [],
      cancel: about ? journal.cancelFor(about) : null,
    };
    if (verified.ok) return judgeCommand(verified.command, facts);
    this.parts.log.warn({ why: verified.why, source: source.kind }, 'a command was refused');
    return judgeForgery(verified.claimed, verified.why, facts);
  }

  private apply(command: Command, judgement: Judgement): void {
    const { journal, reports, clock, executor } = this.parts;
    if (command.kind === 'execute' && judgement.do === 'accept') {
      for (const older of journal.attemptsOf(command.jobId, command.run))
        executor.cancel(older, { status: 'canceled', reason: `Attempt ${command.attempt} replaces it.` });
      journal.insertAttempt(newAttempt(command, timestamp(clock)));
      reports.write(command, { status: 'accepted' });
    }
    if (command.kind === 'execute' && judgement.do === 'close') {
      const verdict = verdictOf(judgement.status, judgement.reason, judgement.detail);
      journal.insertAttempt({ ...newAttempt(command, timestamp(clock)), verdict });
      reports.write(command, verdict);
      journal.changeAttempt(command, { finishedAt: timestamp(clock) });
    }
    if (command.kind === 'cancel' && judgement.do === 'cancel') {
      const { jobId, run, attempt, status, reason } = command;
      journal.rememberCancel({ jobId, run, attempt, status, reason, expiresAt: command.expiresAt });
      for (const key of judgement.attempts) executor.cancel(key, { status, reason });
    }
  }
}
