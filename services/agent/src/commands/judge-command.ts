import { type CancelCommand, type ExecuteCommand, type HoldCommand, selects } from '@waybill/contracts/agent';
import type { AttemptRecord, CancelRecord } from '../journal/journal.records.js';
import type { ProvenCommand, ProvenExecute } from './proven-command.js';
import type { MisunderstoodReason } from './verify-command.js';
import { momentsOf } from '../time/command-moments.js';
import { addressedTo, type CommandSource } from './command-source.js';

/** What the agent knows when it judges a command. */
export interface JudgeFacts {
  computerId: string;
  /** groups of the current session */
  groupIds: readonly string[];
  source: CommandSource;
  /** corrected clock, milliseconds */
  now: number;
  /** IANA name of this computer's zone; asked for commands that go by it */
  zone(): string;
  /** attempts of the command's (job, run) in the journal, lowest first */
  attempts: readonly AttemptRecord[];
  /** a cancel that came before and covers the command's attempt */
  cancel: CancelRecord | null;
  /** the open attempt of this number that waits for such a word */
  unconfirmed: AttemptRecord | null;
}

export type Judgement =
  | { do: 'ignore'; why: string }
  | { do: 'accept' }
  /** known, and said again with a key that counts after the one that signed it was revoked: the new word replaces the old */
  | { do: 'confirm' }
  /** ends at once with a report: expired, canceled before it came, not understood */
  | {
      do: 'close';
      status: 'expired' | 'canceled' | 'rejected' | 'timedOut';
      reason:
        | 'command.expired'
        | 'timeout.accept'
        | 'job.canceled'
        | 'job.expired'
        | Exclude<MisunderstoodReason, 'manifest.keyUnknown'>;
      detail: string;
    }
  /** reported, and otherwise as if it had never come */
  | { do: 'refuse'; detail: string }
  /** `attempts`: those that may still be stopped */
  | { do: 'cancel'; attempts: AttemptRecord[] }
  /** what has not begun waits, or goes on */
  | { do: 'hold' }
  | { do: 'refresh' };

/** Decides what a genuine command means for this computer. Pure: everything it depends on is in `facts`. */
export function judgeCommand(command: ProvenCommand, facts: JudgeFacts): Judgement {
  if (!addressedTo(command.audience, facts.source, facts.computerId))
    return ignore('it is addressed to another stream');
  if (command.kind === 'session.refresh') {
    if (command.computerId !== facts.computerId) return ignore('it is for another computer');
    return Date.parse(command.expiresAt) > facts.now ? { do: 'refresh' } : ignore('it has expired');
  }
  if (!selected(command, facts)) return ignore('the selector does not name this computer');
  if (command.kind === 'hold') return { do: 'hold' };
  return command.kind === 'cancel' ? judgeCancel(command, facts) : judgeExecute(command, facts);
}

/**
 * Decides about a genuine command that this agent does not understand, or whose software nobody published: it ends its attempt,
 * as the server's word may, and installs nothing. A publishing key that is not known may be a new one: then the attempt stays possible.
 */
export function judgeMisunderstood(
  claimed: ProvenExecute | null,
  { reason, why }: { reason: MisunderstoodReason; why: string },
  facts: JudgeFacts,
): Judgement {
  if (!claimed) return ignore(why);
  const judgement = judgeCommand(claimed, facts);
  if (judgement.do !== 'accept') return judgement;
  if (reason === 'manifest.keyUnknown') return { do: 'refuse', detail: why };
  return { do: 'close', status: 'rejected', reason, detail: why };
}

/**
 * Decides about a command whose proof of origin does not hold. It is reported where a genuine one would have counted, so
 * that a wrong key is seen and not suffered in silence. Nothing else may come of it: whoever can write to a stream
 * would otherwise decide which genuine commands this computer takes for known, canceled or replaced (ADR 8).
 */
export function judgeForgery(claimed: ProvenCommand | null, why: string, facts: JudgeFacts): Judgement {
  if (claimed?.kind !== 'execute') return ignore(why);
  return judgeCommand(claimed, facts).do === 'accept' ? { do: 'refuse', detail: why } : ignore(why);
}

function judgeExecute(command: ExecuteCommand, facts: JudgeFacts): Judgement {
  const excluded =
    command.exclude.computers.includes(facts.computerId) ||
    facts.groupIds.some((id) => command.exclude.groups.includes(id));
  if (excluded) return ignore('this computer is excluded');
  if (joinedTooLate(command, facts.source))
    return ignore('this computer joined the group after the targets were resolved');
  const highest = facts.attempts.at(-1)?.attempt ?? 0;
  if (facts.unconfirmed) return { do: 'confirm' };
  if (command.attempt <= highest) return ignore(`attempt ${command.attempt} or a later one is known`);
  if (facts.cancel) {
    const { status, reason } = facts.cancel;
    return { do: 'close', status, reason: status === 'expired' ? 'job.expired' : 'job.canceled', detail: reason };
  }
  const { expiresAt } = momentsOf(command, facts.zone);
  if (expiresAt.at <= facts.now)
    return {
      do: 'close',
      status: 'expired',
      reason: 'command.expired',
      detail: `It was valid until ${expiresAt.words}.`,
    };
  if (command.acceptBy && Date.parse(command.acceptBy) <= facts.now)
    return {
      do: 'close',
      status: 'timedOut',
      reason: 'timeout.accept',
      detail: `It had to be taken up by ${command.acceptBy}.`,
    };
  return { do: 'accept' };
}

function judgeCancel(command: CancelCommand, facts: JudgeFacts): Judgement {
  // An expired cancel still stops what it names: stopping late is better than not at all.
  return {
    do: 'cancel',
    attempts: facts.attempts.filter((known) => known.attempt <= command.attempt && !known.finishedAt),
  };
}

function selected(
  command: ExecuteCommand | CancelCommand | HoldCommand,
  { computerId, attempts }: JudgeFacts,
): boolean {
  const succeeded = attempts.some(({ status }) => status === 'succeeded');
  return selects(command.selector, command.jobId, {
    computerId,
    succeeded,
    lastAttempt: attempts.at(-1)?.attempt ?? 0,
  });
}

/** A broadcast concerns those who were members when the targets were resolved, unless late joiners are welcome. */
function joinedTooLate(command: ExecuteCommand, source: CommandSource): boolean {
  if (source.kind !== 'group' || command.lateJoiners === 'include') return false;
  return Date.parse(source.memberSince) > Date.parse(command.resolvedAt);
}

function ignore(why: string): Judgement {
  return { do: 'ignore', why };
}
