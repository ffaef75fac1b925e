import { conflict, type JobStatus, WaybillError } from '@waybill/contracts';
import type { Job } from './job.js';

/**
 * Refuses what was decided on an older view of the job.
 * @param revision what the caller saw (`If-Match`), undefined when it does not care
 * @throws WaybillError precondition `precondition.failed`
 */
export function demandRevision(job: Job, revision: number | undefined): void {
  if (revision === undefined || revision === job.revision) return;
  throw new WaybillError(
    'precondition',
    'precondition.failed',
    `The job has changed: it is at revision ${job.revision}, you saw ${revision}. Read it again and decide anew.`,
  );
}

/** @throws WaybillError conflict `job.wrongState` that names the states in which the action is allowed */
export function demandStatus(job: Job, action: string, allowed: readonly JobStatus[]): void {
  if (allowed.includes(job.status)) return;
  throw conflict(
    'job.wrongState',
    `A job that is ${job.status} cannot be ${action}; that is possible while it is ${listing(allowed)}.`,
  );
}

/** @throws WaybillError conflict `job.wrongState` for a job that is just being started */
export function demandStarted({ status, phase }: Job): void {
  if (status !== 'running' || phase === 'released') return;
  const detail = 'The job has just been started and has not sent its first commands; try again in a moment.';
  throw conflict('job.wrongState', detail);
}

/**
 * What a job did can be done again only when it has done something: one that ended in its search was never approved by what it reaches, and who
 * must be spared may not be known.
 * @throws WaybillError conflict `job.wrongState` for a job that has not come as far as its first command
 */
export function demandReleased(job: Job): void {
  demandStarted(job);
  if (job.phase === 'released') return;
  const detail = `The job was ${job.status} before its first command was sent: there is nothing to execute again. Clone it.`;
  throw conflict('job.wrongState', detail);
}

function listing(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
