import { type Command, type HoldCommand, type KeySet, REASONS } from '@waybill/contracts/agent';
import { hasBegun, newAttempt } from '../execution/attempt.js';
import type { Executor } from '../execution/executor.js';
import { isHeld } from '../execution/is-held.js';
import type { JobHolds } from '../execution/job-holds.js';
import { verdictOf } from '../execution/decide-step.js';
import type { Journal } from '../journal/journal.js';
import type { AttemptRecord } from '../journal/journal.records.js';
import type { Log } from '../log.js';
import type { ReportWriter } from '../reports/report-writer.js';
import { isConfirmed } from '../trust/is-confirmed.js';
import { type Clock, timestamp } from '../time/clock.js';
import { addressedTo, type CommandSource } from './command-source.js';
import { type JudgeFacts, type Judgement, judgeCommand, judgeForgery, judgeMisunderstood } from './judge-command.js';
import type { ProvenCommand } from './proven-command.js';
import { RefusalBudget } from './refusal-budget.js';
import { type Advance, advance } from './stream-position.js';
import type { CommandVerifier, VerifiedCommand } from './verify-command.js';

export interface CommandIntakeParts {
  computerId: string;
  journal: Journal;
  verifier: CommandVerifier;
  keys: () => KeySet | null;
  /** Asks the server for a newer key set, once in a while however often it is called; never rejects. */
  refreshKeys(): Promise<void>;
  groupIds: () => readonly string[];
  executor: Pick<Executor, 'wake' | 'cancel' | 'holdBack'>;
  holds: JobHolds;
  reports: ReportWriter;
  clock: Clock;
  /** IANA name of this computer's zone at the moment */
  zone(): string;
  log: Log;
  /** Fleet says that the computer's groups changed. */
  onRefresh(): void;
  /** Every command that is genuine and for this computer, before it is journaled; for measurements. */
  onCommand?(command: Command): void;
}

/** What reading on needs to know of a message that was taken in. */
export interface Intake {
  /** commands before this one were missed */
  gap: boolean;
  /** it was refused, and might all the same stand for something that the server wants: the desired state tells */
  doubt: boolean;
}

/** After these there is something to do. */
const WAKING: readonly Judgement['do'][] = ['accept', 'confirm', 'cancel', 'hold'];

const READ: Intake = { gap: false, doubt: false };

/** Takes commands in: proves their origin, judges them, journals what follows together with the offset, starts the work. */
export class CommandIntake {
  private readonly refusals = new RefusalBudget();

  constructor(private readonly parts: CommandIntakeParts) {}

  /**
   * Resolves when the command may be acknowledged: it and its position are in the journal.
   * @param offset of the message in its stream; null for commands of the desired state
   */
  async receive(jws: string, source: CommandSource, offset: number | null): Promise<Intake> {
    const { journal } = this.parts;
    const verified = await this.verify(jws);
    const step = this.advance(verified, source, offset);
    // read before, although its header says otherwise
    if (offset !== null && !step) return READ;
    if (step?.stale && source.kind !== 'desiredState') return this.refuseStale(verified, source, step);
    const judgement = this.judge(verified, source);
    const command = verified.ok ? verified.command : verified.claimed;
    if (judgement.do === 'ignore')
      this.parts.log.debug({ command: command?.id, why: judgement.why }, 'command ignored');
    else if (verified.ok) this.parts.onCommand?.(verified.command);
    let goesOn = false;
    journal.transact(`command.${isGenuine(verified) && command ? command.kind : 'refused'}`, () => {
      if (step && source.kind !== 'desiredState') journal.advance(source.stream, step.position);
      goesOn = verified.ok && this.goesOn(verified.command, source);
      if (!command || judgement.do === 'ignore') return;
      if (judgement.do === 'refuse') return this.refuse(command, judgement.detail);
      // A replayed command changes nothing. Desired state repeats commands on purpose; known attempts are judged by themselves.
      if (!journal.firstSeen(command.id, command.expiresAt) && source.kind !== 'desiredState') return;
      this.apply(command, judgement);
    });
    if (judgement.do === 'hold') this.parts.executor.holdBack();
    if (goesOn || WAKING.includes(judgement.do)) this.parts.executor.wake();
    if (judgement.do === 'refresh') this.parts.onRefresh();
    return {
      gap: step?.gap ?? false,
      doubt: judgement.do === 'refuse' && (isGenuine(verified) || this.knowsKeyOf(verified)),
    };
  }

  /** A key that is not known may be a new one: the key set is asked for before anything is refused for it. */
  private async verify(jws: string): Promise<VerifiedCommand> {
    const { verifier, keys, clock, refreshKeys } = this.parts;
    const verified = await verifier.verify(jws, keys(), clock.now());
    if (!this.namesUnknownKey(verified)) return verified;
    await refreshKeys();
    return verifier.verify(jws, keys(), clock.now());
  }

  private namesUnknownKey(verified: VerifiedCommand): boolean {
    if (verified.ok) return false;
    if (verified.genuine) return verified.reason === 'manifest.keyUnknown';
    return verified.kid !== null && !this.knowsKeyOf(verified);
  }

  /** The server's own key, revoked or expired since: what it ordered may still be wanted, then the server orders it anew. */
  private knowsKeyOf(verified: VerifiedCommand): boolean {
    return !isGenuine(verified) && (this.parts.keys()?.keys.some(({ kid }) => kid === verified.kid) ?? false);
  }

  /**
   * A command whose number is not above the newest of its stream: a copy of one that was taken in, or an old one that somebody
   * put there again. Nothing comes of it; if the server does want it, the desired state says so with a new signature.
   */
  private refuseStale(verified: VerifiedCommand, source: StreamSource, { position }: Advance): Intake {
    const { journal } = this.parts;
    const command = verified.ok ? verified.command : verified.claimed;
    let doubt = false;
    journal.transact('command.stale', () => {
      const judgement = this.judge(verified, source);
      journal.advance(source.stream, position);
      if (!command || judgement.do === 'ignore' || !journal.firstSeen(command.id, command.expiresAt)) return;
      doubt = true;
      this.refuse(command, 'it is older than the newest command of its stream');
    });
    return { gap: false, doubt };
  }

  private advance(verified: VerifiedCommand, source: CommandSource, offset: number | null): Advance | null {
    if (offset === null || source.kind === 'desiredState') return null;
    const before = this.parts.journal.position(source.stream);
    return advance(before, offset, this.numberOf(verified, source), source.kind === 'group');
  }

  /** Signed number of the command in this stream; null for what has none, or is a copy from elsewhere. */
  private numberOf(verified: VerifiedCommand, source: CommandSource): number | null {
    if (!isGenuine(verified)) return null;
    const header = verified.ok ? verified.command : verified.header;
    if (!header || 'computer' in header.audience || header.seq === 0) return null;
    return addressedTo(header.audience, source, this.parts.computerId) ? header.seq : null;
  }

  /** The attempt of this number that waits for the server to say it again. */
  private unconfirmed(attempts: readonly AttemptRecord[], attempt: number): AttemptRecord | null {
    const known = attempts.find((record) => record.attempt === attempt);
    if (!known || known.finishedAt || known.cancel || hasBegun(known.steps)) return null;
    return isConfirmed(known, this.parts.keys()) ? null : known;
  }

  private judge(verified: VerifiedCommand, source: CommandSource): Judgement {
    const command = verified.ok ? verified.command : verified.claimed;
    const about = command && 'jobId' in command ? command : null;
    const { journal, computerId, groupIds, clock } = this.parts;
    const attempts = about ? journal.attemptsOf(about.jobId, about.run) : [];
    const facts: JudgeFacts = {
      computerId,
      groupIds: groupIds(),
      source,
      now: clock.now(),
      zone: () => this.parts.zone(),
      attempts,
      unconfirmed: verified.ok && about?.kind === 'execute' ? this.unconfirmed(attempts, about.attempt) : null,
      cancel: about ? journal.cancelFor(about) : null,
    };
    if (verified.ok) return judgeCommand(verified.command, facts);
    this.parts.log.warn({ why: verified.why, source: source.kind }, 'a command was refused');
    return verified.genuine
      ? judgeMisunderstood(verified.claimed, verified, facts)
      : judgeForgery(verified.claimed, verified.why, facts);
  }

  /** Whoever asks what is to be done, and hears of a job, may have missed that it goes on. */
  private goesOn(command: ProvenCommand, source: CommandSource): boolean {
    const { holds, computerId } = this.parts;
    if (command.kind !== 'execute' || source.kind !== 'desiredState') return false;
    return addressedTo(command.audience, source, computerId) && holds.release(command, command.revision ?? 0);
  }

  /** What has not begun is said to wait; the executor holds it back when this is in the journal. */
  private hold(command: HoldCommand): void {
    const { journal, holds, reports, clock } = this.parts;
    if (!holds.take(command, timestamp(clock)) || !command.held) return;
    const mayBegin = (record: AttemptRecord) => holds.reasonOf(record) === null;
    for (const record of journal.attemptsOf(command.jobId, command.run)) {
      if (record.finishedAt || !isHeld(record, { mayBegin })) continue;
      reports.write(record, held(command.reason));
    }
  }

  /** Tells of a command that is not the server's. The journal of commands, attempts and cancels knows nothing of it. */
  private refuse(command: ProvenCommand, detail: string): void {
    if (command.kind !== 'execute' || !this.refusals.take(this.parts.clock.now())) return;
    this.parts.reports.refuse(command, `${REASONS['command.refused']} (${detail})`);
  }

  private apply(command: ProvenCommand, judgement: Judgement): void {
    const { journal, reports, clock, executor, holds } = this.parts;
    if (command.kind === 'hold' && judgement.do === 'hold') this.hold(command);
    if (command.kind === 'execute' && judgement.do === 'accept') {
      for (const older of journal.attemptsOf(command.jobId, command.run))
        executor.cancel(older, { status: 'canceled', reason: `Attempt ${command.attempt} replaces it.` });
      journal.insertAttempt(newAttempt(command, timestamp(clock)));
      reports.write(command, { status: 'accepted' });
      const waits = holds.reasonOf(command);
      if (waits !== null) reports.write(command, held(waits));
    }
    if (command.kind === 'execute' && judgement.do === 'confirm') journal.changeAttempt(command, { command });
    if (command.kind === 'execute' && judgement.do === 'close') {
      const verdict = verdictOf(judgement.status, judgement.reason, judgement.detail);
      journal.insertAttempt({ ...newAttempt(command, timestamp(clock)), verdict });
      reports.write(command, verdict);
      journal.changeAttempt(command, { finishedAt: timestamp(clock) });
    }
    if (command.kind === 'cancel' && judgement.do === 'cancel') {
      const { jobId, run, attempt, status, reason, code } = command;
      journal.rememberCancel({ jobId, run, attempt, status, reason, expiresAt: command.expiresAt });
      for (const key of judgement.attempts) executor.cancel(key, { status, reason, ...(code && { code }) });
    }
  }
}

const held = (reason: string) => ({ status: 'waiting', reason: 'job.held', message: reason }) as const;

type StreamSource = Exclude<CommandSource, { kind: 'desiredState' }>;
type Genuine = Extract<VerifiedCommand, { ok: true } | { genuine: true }>;

function isGenuine(verified: VerifiedCommand): verified is Genuine {
  return verified.ok || verified.genuine;
}
