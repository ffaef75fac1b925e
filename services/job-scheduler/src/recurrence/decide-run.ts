import type { JobStatus } from '@waybill/contracts';
import type { Approval } from '../approval/approval.js';
import { close } from '../cancellation/decide-close.js';
import { decideStart } from '../jobs/decide-start.js';
import { type Decision, noted, unchanged } from '../jobs/decision.js';
import type { Job } from '../jobs/job.js';
import { nextRun } from './next-run.js';
import { dueAt, type Recurrence } from './recurrence.js';

/** What there is of a recurring job beside the run that is due. */
export interface SeriesState {
  recurrence: Recurrence;
  /** who ended it, and why */
  ended: string | null;
  /** the run after this one was made, so this one has had its turn: it was waiting, e.g. for an approval */
  nextMade: boolean;
  /** newest of the earlier runs that has not finished */
  unfinished: { id: string; number: number; status: JobStatus } | null;
  /** the newest that was given to an earlier run */
  approval: Approval | null;
}

/**
 * A run of a recurring job is due: it is started as any job is, unless another one is at work. The next run is made in any case, so that
 * the recurring job goes on.
 * @param untrusted why the version may not be used at this moment
 */
export function decideRun(job: Job, state: SeriesState, now: Date, untrusted: string | null = null): Decision {
  if (job.status !== 'scheduled') return unchanged(job);
  const approved = withApproval(job, state.approval);
  if (state.nextMade) return decideStart(approved, now, untrusted);
  const refusal = whyNotStarted(approved, state, now);
  const decision = refusal === null ? decideStart(approved, now, untrusted) : skip(approved, refusal, now);
  const next = state.ended === null ? nextRun(approved, state.recurrence, now) : null;
  if (!next) return decision;
  const { job: after, effects } = decision.changed ? decision : noted(decision.job, {});
  return { job: after, changed: true, effects: [...effects, { kind: 'makeRun', run: next }] };
}

/** A run that is not to be, closed while nothing of it has begun. */
export function skip(job: Job, why: string, now: Date): Decision {
  return close(job, 'canceled', why, why, now);
}

function whyNotStarted({ series }: Job, { recurrence, ended, unfinished }: SeriesState, now: Date): string | null {
  if (ended !== null) return ended;
  const number = series!.number;
  const due = dueAt(recurrence, number)!.toISOString();
  const next = dueAt(recurrence, number + 1);
  if (next && next <= now)
    return `Run ${number} was missed: it was due at ${due} and could not be started before run ${number + 1} was due, at ${next.toISOString()}.`;
  if (unfinished === null) return null;
  const { id, number: before, status } = unfinished;
  return `Run ${number} was not started at ${due}: run ${before} (job ${id}) had not finished, it was ${status}.`;
}

/** Whoever approved an earlier run approved what recurs. What this run reaches beyond it waits again. */
function withApproval(job: Job, newest: Approval | null): Job {
  const own = job.approval?.approvedAt ?? null;
  if (!newest?.approvedAt || (own !== null && own >= newest.approvedAt)) return job;
  return { ...job, approval: newest, statusReason: null };
}
