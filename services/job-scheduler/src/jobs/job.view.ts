import type { JobView, SignatureView } from '@waybill/contracts';
import type { Job } from './job.js';

/** The job as other services and, through the gateway, administrators see it. */
export function jobView(job: Job, signature: SignatureView | null): JobView {
  return {
    id: job.id,
    name: job.name,
    status: job.status,
    statusReason: job.statusReason,
    package: job.package,
    version: job.version,
    signature,
    action: job.action,
    targets: {
      groups: [...job.groups],
      computers: [...job.computers],
      exclude: { groups: [...job.excludeGroups], computers: [...job.excludeComputers] },
      total: job.total,
    },
    schedule: {
      startAt: job.startAt,
      zone: job.zone,
      startsAt: job.startsAt.toISOString(),
      expiresAt: job.expiresAt.toISOString(),
    },
    waves: [{ number: 1, percent: 100, status: waveStatus(job), total: job.total }],
    priority: job.priority,
    annotations: { ...job.annotations },
    run: job.run,
    attempt: job.attempt,
    createdAt: job.createdAt.toISOString(),
    createdBy: job.createdBy,
    startedAt: job.startedAt?.toISOString() ?? null,
    finishedAt: job.finishedAt?.toISOString() ?? null,
    approval: job.approval && {
      reason: job.approval.reason,
      approvedBy: job.approval.approvedBy,
      approvedAt: job.approval.approvedAt,
    },
    revision: job.revision,
  };
}

function waveStatus(job: Job): JobView['waves'][number]['status'] {
  if (job.status === 'completed') return 'done';
  return job.phase === 'released' ? 'released' : 'pending';
}
