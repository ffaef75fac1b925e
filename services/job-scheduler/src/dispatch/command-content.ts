import { durationMs, LOCAL_ZONE } from '@waybill/contracts';
import type { CancelCommand, HoldCommand, ExecuteCommand } from '@waybill/contracts';
import { lastAttempt, retryPolicy } from '../jobs/attempts.js';
import { userPolicy } from '../jobs/user-policy.js';
import type { Closing } from '../jobs/decision.js';
import { lastAt } from '../jobs/everywhere.js';
import { DEFAULT_LIFETIME_DAYS, daysAfter, type Job } from '../jobs/job.js';
import { expiresByOwnClock } from '../jobs/local-words.js';

type Addressing = 'id' | 'v' | 'audience' | 'seq' | 'issuedAt' | 'selector';

/** A command without address, number and time: the same for everybody it goes to. */
export type CommandContent =
  Omit<ExecuteCommand, Addressing> | Omit<CancelCommand, Addressing> | Omit<HoldCommand, Addressing>;

/** What the commands of a job carry of its package version. */
export interface InstallableVersion {
  signedManifest: string;
  manifestDigest: string;
}

/** "Do the job's action", valid until the job expires. */
export function executeContent(
  job: Job,
  { signedManifest, manifestDigest }: InstallableVersion,
  attempt: number,
  now: Date,
): CommandContent {
  const retry = retryPolicy(job);
  const user = userPolicy(job);
  const accept = job.timeouts?.accept;
  return {
    kind: 'execute',
    jobId: job.id,
    run: job.run,
    attempt,
    priority: job.priority,
    action: job.action,
    signedManifest,
    manifestDigest,
    // Only jobs whose targets were resolved send commands.
    resolvedAt: (job.resolvedAt ?? job.createdAt).toISOString(),
    lateJoiners: 'exclude',
    revision: job.revision,
    exclude: { groups: [...job.excludeGroupIds], computers: [...job.excludeComputers] },
    expiresAt: job.expiresAt.toISOString(),
    ...(accept && { acceptBy: new Date(now.getTime() + durationMs(accept)).toISOString() }),
    ...(retry && { retry }),
    ...(user && { user }),
    ...(job.windows === 'ignore' && { windows: 'ignore' as const }),
    ...timesOf(job, now),
  };
}

/** A moment that has passed, everywhere if it is each computer's own, is none to wait for. */
function timesOf(job: Job, now: Date): Pick<ExecuteCommand, 'installAt' | 'local'> {
  const { zone, startAt, installAt, installsAt, expireAt } = job;
  if (zone !== LOCAL_ZONE) return installsAt && installsAt > now ? { installAt: installsAt.toISOString() } : {};
  const ahead = (text: string | null) => text !== null && lastAt(text, zone)! > now;
  const local = {
    ...(ahead(startAt) && { startAt: startAt! }),
    ...(ahead(installAt) && { installAt: installAt! }),
    ...(expiresByOwnClock(job) && { expiresAt: expireAt! }),
  };
  return Object.keys(local).length > 0 ? { installAt: LOCAL_ZONE, local } : {};
}

/** "What has not begun waits" or "goes on", valid as long as the job can be either. */
export function holdContent(job: Job, held: boolean, reason: string): CommandContent {
  const { id: jobId, run, revision, expiresAt } = job;
  return {
    kind: 'hold',
    jobId,
    run,
    attempt: lastAttempt(job),
    revision,
    held,
    reason,
    expiresAt: expiresAt.toISOString(),
  };
}

export interface Cancellation {
  jobId: string;
  run: number;
  /** attempts up to and including this one */
  attempt: number;
  closing: Closing;
  reason: string;
  /** when it is not the job that ended */
  code?: CancelCommand['code'];
}

/** "What has not begun must not begin", valid as long as a stream keeps what it cancels. */
export function cancelContent({ jobId, run, attempt, closing, reason, code }: Cancellation, now: Date): CommandContent {
  const expiresAt = daysAfter(now, DEFAULT_LIFETIME_DAYS).toISOString();
  return { kind: 'cancel', jobId, run, attempt, status: closing, reason, expiresAt, ...(code && { code }) };
}
