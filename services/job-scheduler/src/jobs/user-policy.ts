import { durationMs, type UserPolicy } from '@waybill/contracts';
import type { Job } from './job.js';

/** What agents are told of the users of their computers; undefined when nobody is told, asked or restarted, as for a job without the block. */
export function userPolicy({ user }: Pick<Job, 'user'>): UserPolicy | undefined {
  const { notify = false, deferrals = 0, deadline, restart = 'never' } = user ?? {};
  if (!notify && restart === 'never') return undefined;
  return { notify, deferrals, ...(deadline !== undefined && { deadlineMs: durationMs(deadline) }), restart };
}
