import { JOB_REASONS } from '@waybill/contracts';
import type { Job } from '../jobs/job.js';

/** Names of a job's groups that were deleted between its creation and its start. */
export interface RemovedGroups {
  targeted: readonly string[];
  excluded: readonly string[];
}

/** By id: a new group of the same name is another group. */
export function removedGroups(job: Job, unknownGroupIds: readonly string[]): RemovedGroups {
  const removed = (names: readonly string[], ids: readonly string[]) =>
    names.filter((_, i) => unknownGroupIds.includes(ids[i]!));
  return {
    targeted: removed(job.groups, job.groupIds),
    excluded: removed(job.excludeGroups, job.excludeGroupIds),
  };
}

/**
 * Why a job must not begin, or null. An exclusion always wins, so one whose members are not known any more stops everything; and a job all of
 * whose groups are gone must not end as if it had been done.
 */
export function whyNotStarted(job: Job, { targeted, excluded }: RemovedGroups, total: number): string | null {
  if (excluded.length > 0) {
    return `${REMOVED} ${named(excluded)} excluded from this job ${was(excluded)} deleted before the job started, so it is not known who must be spared. Nothing was sent; create the job again with the exclusions that are meant.`;
  }
  if (total === 0 && targeted.length > 0 && targeted.length === job.groups.length) {
    return `${REMOVED} ${named(targeted)} targeted by this job ${was(targeted)} deleted before the job started, and nobody else is targeted. Nothing was sent.`;
  }
  return null;
}

/** What is said about a job that goes on without some of its groups, or null. */
export function noteOf({ targeted }: RemovedGroups): string | null {
  if (targeted.length === 0) return null;
  return `${REMOVED} ${named(targeted)} targeted by this job ${was(targeted)} deleted before the job started; it went on with the other targets.`;
}

const REMOVED = `${JOB_REASONS.groupRemoved}:`;

function named(names: readonly string[]): string {
  return `The ${names.length > 1 ? 'groups' : 'group'} ${names.map((name) => JSON.stringify(name)).join(', ')}`;
}

function was(names: readonly string[]): string {
  return names.length > 1 ? 'were' : 'was';
}
