import { v5 as uuidv5 } from 'uuid';
import type { Decision } from '../jobs/decision.js';
import type { Job } from '../jobs/job.js';
import { newJob } from '../jobs/new-job.js';
import { momentsOf, type Recurrence } from './recurrence.js';

/** The same for everybody who makes the run, so that there is one, whoever is killed in between. */
export function runId(seriesId: string, number: number): string {
  return number === 1 ? seriesId : uuidv5(String(number), seriesId);
}

/**
 * The run after this one: the same order, at its own moments. What was ordered by name is what the names meant then, as with a job that waits for
 * its start. An approval holds for it too, as far as it reached.
 * @returns null after the last run
 */
export function nextRun(job: Job, recurrence: Recurrence, now: Date): Decision | null {
  const { series } = job;
  if (!series || series.number >= recurrence.runs.length) return null;
  const number = series.number + 1;
  const { expiresAt, ...moments } = momentsOf(recurrence, number);
  const document = { ...job, ...moments, id: runId(series.id, number), series: { ...series, number }, createdAt: now };
  return newJob(document, { expiresAt, approval: job.approval });
}
