import type { JobView, SignatureView, WaveView } from '@waybill/contracts';
import { percentsOf } from '../rollout/rollout.js';
import { waitingWords } from '../rollout/rollout-words.js';
import type { Job } from './job.js';
import { localWords } from './local-words.js';

/**
 * The job as other services and, through the gateway, administrators see it.
 * @param maySee whether the name of a group that the job itself does not name may be told
 */
export function jobView(
  job: Job,
  signature: SignatureView | null,
  now = new Date(),
  maySee: (group: string) => boolean = () => true,
): JobView {
  return {
    id: job.id,
    name: job.name,
    status: job.status,
    statusReason: job.statusReason ?? waitingWords(job, now) ?? localWords(job, now),
    package: job.package,
    version: job.version,
    signature,
    action: job.action,
    targets: {
      groups: [...job.groups],
      computers: [...job.computers],
      filter: job.filter,
      exclude: { groups: [...job.excludeGroups], computers: [...job.excludeComputers] },
      total: job.total,
    },
    schedule: {
      startAt: job.startAt,
      installAt: job.installAt,
      zone: job.zone,
      windows: job.windows,
      startsAt: job.startsAt.toISOString(),
      installsAt: job.installsAt?.toISOString() ?? null,
      expiresAt: job.expiresAt.toISOString(),
    },
    series: job.series,
    rollout: job.rollout,
    stopWhen: job.stopWhen,
    lateJoiners: job.lateJoiners,
    retry: job.retry,
    timeouts: job.timeouts,
    user: job.user,
    waves: percentsOf(job).map((percent, i) => waveView(job, i + 1, percent)),
    priority: job.priority,
    annotations: { ...job.annotations },
    run: job.run,
    attempt: job.attempt,
    reexecuting: job.reexecution !== null,
    createdAt: job.createdAt.toISOString(),
    createdBy: job.createdBy,
    startedAt: job.startedAt?.toISOString() ?? null,
    finishedAt: job.finishedAt?.toISOString() ?? null,
    archivedAt: job.archivedAt?.toISOString() ?? null,
    approval: job.approval && {
      reason: job.approval.reason,
      groups: (job.approval.groups ?? []).filter(maySee),
      approvedBy: job.approval.approvedBy,
      approvedAt: job.approval.approvedAt,
    },
    revision: job.revision,
  };
}

function waveView(job: Job, number: number, percent: number): WaveView {
  const state = job.rolloutState?.waves[number - 1];
  const total = job.rollout ? (state?.total ?? null) : job.total;
  const { releasedAt = null, approvedBy = null } = state ?? {};
  return { number, percent, status: waveStatus(job, number), total, releasedAt, approvedBy };
}

function waveStatus(job: Job, number: number): WaveView['status'] {
  if (job.status === 'completed') return 'done';
  const state = job.rolloutState;
  if (!state) return job.phase === 'released' ? 'released' : 'pending';
  if (state.released < number) return 'pending';
  const { total, finished } = state.waves[number - 1]!;
  return total !== null && finished >= total ? 'done' : 'released';
}
