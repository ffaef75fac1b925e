import { BEGUN_STATUSES, type ExecutionAnomaly, type ExecutionStatus, isFinal } from '@waybill/contracts';

export type AnomalyKind = ExecutionAnomaly['kind'];

/** Where one attempt of an execution stands. */
export interface AttemptState {
  attempt: number;
  /** newest report applied, 0 when none */
  seq: number;
  status: ExecutionStatus;
  /** closed by the server without a word from the agent */
  presumed: boolean;
  /** highest attempt that the computer may go on to by itself; the attempt itself when it may not */
  lastAttempt: number;
}

/** What the rule looks at in a report. */
export interface JudgedReport {
  attempt: number;
  seq: number;
  status: ExecutionStatus;
  /** detection evidence came with it */
  evidenced: boolean;
}

/**
 * - `apply`: becomes the state of the execution
 * - `history`: becomes the state of an earlier attempt, the execution stays as it is
 * - `ignore`: known already, older than what is known, or overruled by the server's closing
 * - anything else: an anomaly, kept beside and never applied
 */
export type Verdict = 'apply' | 'history' | 'ignore' | AnomalyKind;

/**
 * The rule of ingest. `ingest-batch.sql.ts` says the same in SQL, once for 500 reports; an int spec runs one table through both.
 * @param current the execution's newest attempt, null when the computer is no target of the run
 * @param past the report's own attempt when that is an earlier one, null when it was never issued to this computer
 */
export function judgeReport(current: AttemptState | null, past: AttemptState | null, report: JudgedReport): Verdict {
  if (current === null) return 'noExecution';
  if (report.attempt > current.lastAttempt) return 'unknownAttempt';
  if (report.attempt > current.attempt) return judgeFurther(current, report);
  if (report.attempt === current.attempt) return judgeWithin(current, report, 'apply');
  return past === null ? 'unknownAttempt' : judgeWithin(past, report, 'history');
}

/** A computer that failed tries again by itself, and the word of it is the first that is heard of the new attempt. */
function judgeFurther({ status, presumed }: AttemptState, report: JudgedReport): Verdict {
  if (report.status === 'succeeded' && !report.evidenced) return 'noEvidence';
  if (!isFinal(status)) return 'apply';
  if (status === 'succeeded' && !presumed) return 'afterFinal';
  // it was closed meanwhile: that the attempt was closed, too, before it began says nothing new
  const isNews = report.status !== 'canceled' && report.status !== 'expired' && overrulesPresumption(report.status);
  return isNews ? 'apply' : 'ignore';
}

function judgeWithin(state: AttemptState, report: JudgedReport, accepted: 'apply' | 'history'): Verdict {
  if (report.status === 'succeeded' && !report.evidenced) return 'noEvidence';
  if (report.seq <= state.seq) return 'ignore';
  if (!isFinal(state.status)) return accepted;
  if (!state.presumed) return 'afterFinal';
  // a computer that took too long is believed when it says how it ended, not that it goes on
  if (state.status === 'timedOut' && !isFinal(report.status)) return 'ignore';
  return overrulesPresumption(report.status) ? accepted : 'ignore';
}

/**
 * A presumed cancel says "has not begun". Word of a step before the install agrees with it, so the cancel stands and a computer that is
 * never heard of again does not leave the job open; word that the install began, or how the attempt ended, is the agent's truth.
 */
export function overrulesPresumption(status: ExecutionStatus): boolean {
  return isFinal(status) || (BEGUN_STATUSES as readonly string[]).includes(status);
}
