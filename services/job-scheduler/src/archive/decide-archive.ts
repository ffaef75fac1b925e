import { conflict, type JobStatus, type WaybillError } from '@waybill/contracts';
import { changed, type Decision, unchanged } from '../jobs/decision.js';
import { daysAfter, type Job } from '../jobs/job.js';

const ENDED: readonly JobStatus[] = ['completed', 'canceled', 'expired'];

/** A job that ended long enough ago is archived, once: from here on it is not executed again. */
export function decideArchive(job: Job, now: Date, days: number): Decision {
  if (job.archivedAt || job.reexecution || !job.finishedAt || !ENDED.includes(job.status)) return unchanged(job);
  if (daysAfter(job.finishedAt, days) > now) return unchanged(job);
  return changed(job, { archivedAt: now }, [{ kind: 'announceArchive' }]);
}

/** What became of its computers is gone, and nobody could tell any more who must act again. */
export function jobArchived({ archivedAt }: Pick<Job, 'archivedAt'>): WaybillError {
  return conflict(
    'job.archived',
    `The job was archived at ${archivedAt?.toISOString()} and cannot be executed again; clone it instead.`,
  );
}
