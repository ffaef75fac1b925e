import type { ExecutionStatus, FinalStatus, StatusReport } from '@waybill/contracts/agent';
import type { Offer } from '../user/offer.js';
import type { RestartPlan } from '../user/restart-plan.js';
import type { ProvenExecute } from '../commands/proven-command.js';

/** One run of one job on this computer. */
export interface AttemptKey {
  jobId: string;
  /** of the job: 1, as every run of a recurring job is a job of its own */
  run: number;
  attempt: number;
}

/** A step as it was journaled: before it started, and when it ended. */
export interface StepRecord {
  name: string;
  startedAt: string;
  finishedAt: string | null;
  /** null while it runs, and for ever when a restart cut it off */
  ok: boolean | null;
  detail: string | null;
  /** of the program that the step ran, if it got as far */
  exitCode: number | null;
  /** leader of the process group that the step started, so that a restarted agent can wait for it */
  process: { pid: number; startTicks: string } | null;
}

/** What the attempt will end as; journaled before the last clean-up steps so that they cannot change it. */
export interface Verdict {
  status: FinalStatus;
  reason: string | null;
  message: string | null;
  exitCode: number | null;
  evidence: string | null;
}

/** An administrator, or the end of the job's time, asks that what has not begun does not begin. */
export interface CancelMark {
  status: 'canceled' | 'expired';
  reason: string;
  /** when it is not the job that ended */
  code?: 'target.left';
}

export interface AttemptRecord extends AttemptKey {
  command: ProvenExecute;
  /** RFC 3339, corrected clock */
  acceptedAt: string;
  status: ExecutionStatus;
  /** in the order in which they started */
  steps: StepRecord[];
  verdict: Verdict | null;
  cancel: CancelMark | null;
  /** `seq` of the newest report, 0 when none was written */
  reportSeq: number;
  finishedAt: string | null;
  /** boot id of the moment the installer asked for a restart of the computer */
  bootId: string | null;
  /** newest report, kept so that it can be sent again when the server does not know it */
  lastReport: StatusReport | null;
  /** RFC 3339; it tries again what an earlier attempt could not do, and not before this moment */
  notBefore: string | null;
  /** null: the users of the computer were not asked */
  offer: Offer | null;
  /** null: the computer is not restarted for it */
  restart: RestartPlan | null;
}

/** How far a command stream was read. */
export interface StreamPosition {
  /** offset of the last message that was journaled */
  offset: number;
  /** `x-waybill-seq` of the last message that had one, null before that */
  seq: number | null;
}

/** A remembered cancel: it may arrive before the command it stops. */
export interface CancelRecord extends CancelMark {
  jobId: string;
  run: number;
  /** attempts up to and including this one */
  attempt: number;
  /** RFC 3339; after that no command of these attempts is valid any more */
  expiresAt: string;
}

/** A report that the broker has not confirmed. */
export interface UnsentReport {
  /** UUIDv7, the message id of every try */
  id: string;
  report: StatusReport;
  final: boolean;
  /** of a command that was not genuine: it stands beside the attempt's reports */
  refusal?: boolean;
}

export function keyText({ jobId, run, attempt }: AttemptKey): string {
  return `${jobId}.${run}.${attempt}`;
}
