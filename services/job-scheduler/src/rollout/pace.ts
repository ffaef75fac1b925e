import type { ExecutionCounters } from '@waybill/contracts';
import type { Job } from '../jobs/job.js';

/** Whoever has not answered for so long is no load; nor who has not been connected for so long. */
export const SILENCE_MS = 60_000;

/** A rate is kept in steps of about so many milliseconds. */
const STEP_MS = 5_000;

/** How far a job has come that tells its computers little by little. */
export interface Pace {
  /** computers that have been told in this run */
  readonly told: number;
  /** of those, in the last minute; oldest first */
  readonly recent: readonly { readonly at: string; readonly computers: number }[];
  /** at work, by the newest counters */
  readonly busy: number;
  /** that have not answered since they were assigned, told or not, by the newest counters; null before the first */
  readonly queued: number | null;
  /** of those at work, not connected for a minute when somebody looked last */
  readonly offline: number;
  /** when somebody looks next, RFC 3339; null or long past: nobody does */
  readonly lookAt: string | null;
}

export const NOBODY_TOLD: Pace = { told: 0, recent: [], busy: 0, queued: null, offline: 0, lookAt: null };

export function isPaced({ rollout }: Pick<Job, 'rollout'>): boolean {
  return rollout?.maxInFlight !== undefined || rollout?.ratePerMinute !== undefined;
}

/** Whether more computers may be told at this moment. */
export type Allowance =
  | { computers: number }
  /** none before then, by the rate */
  | { computers: 0; until: Date }
  /** none before some of these have done their work */
  | { computers: 0; inFlight: number };

/** @param left computers that have not been told yet */
export function allowance(job: Job, pace: Pace, left: number, now: Date): Allowance {
  const { maxInFlight, ratePerMinute } = job.rollout!;
  let computers = left;
  if (ratePerMinute !== undefined) {
    const step = stepOf(ratePerMinute);
    const last = pace.recent.at(-1);
    const until = last ? new Date(Date.parse(last.at) + Math.ceil((last.computers / ratePerMinute) * 60_000)) : now;
    if (now < until) return { computers: 0, until };
    computers = Math.min(computers, step);
  }
  if (maxInFlight !== undefined) {
    const inFlight = inFlightOf(job, pace, now);
    if (inFlight >= maxInFlight) return { computers: 0, inFlight };
    computers = Math.min(computers, maxInFlight - inFlight);
  }
  return { computers };
}

/** At work or just told. */
export function inFlightOf({ total }: Pick<Job, 'total'>, pace: Pace, now: Date): number {
  const answered = (total ?? 0) - (pace.queued ?? total ?? 0);
  const justTold = recentOf(pace, now).reduce((sum, { computers }) => sum + computers, 0);
  const unanswered = Math.max(0, pace.told - answered);
  return Math.max(0, pace.busy - pace.offline) + Math.min(unanswered, justTold);
}

export function tell(pace: Pace, computers: number, now: Date): Pace {
  const recent = [...recentOf(pace, now), { at: now.toISOString(), computers }];
  return { ...pace, told: pace.told + computers, recent };
}

export function countPace(pace: Pace, counters: ExecutionCounters): Pace {
  const { accepted, downloading, installing, verifying, queued } = counters;
  return { ...pace, busy: accepted + downloading + installing + verifying, queued };
}

function recentOf({ recent }: Pace, now: Date): Pace['recent'] {
  return recent.filter(({ at }) => Date.parse(at) > now.getTime() - SILENCE_MS);
}

/** As many as {@link STEP_MS} allow, and at least one. */
function stepOf(ratePerMinute: number): number {
  return Math.max(1, Math.floor((ratePerMinute * STEP_MS) / 60_000));
}
