import type { AuditRecord } from '@waybill/audit';
import type { JobStatus } from '@waybill/contracts';
import type { Decision } from './decision.js';
import type { Job } from './job.js';
import { jobView } from './job.view.js';

/** Of a job that was there before. */
const ACTIONS: Record<JobStatus, string> = {
  draft: 'job.drafted',
  scheduled: 'job.approvalAwaited',
  running: 'job.started',
  paused: 'job.paused',
  halted: 'job.halted',
  completed: 'job.completed',
  canceled: 'job.canceled',
  expired: 'job.expired',
};

/**
 * What the audit log says of a decision: one entry when the job got another status or was archived, whoever decided, else none. Never one per computer:
 * what became of each is in result.
 * @param before the job as it was, absent for a new one
 */
export function jobAudit({ job, effects }: Decision, before: Job | undefined): AuditRecord[] {
  const archived = effects.some(({ kind }) => kind === 'announceArchive');
  if (!archived && !effects.some(({ kind }) => kind === 'announceStatus')) return [];
  return [
    {
      action: archived ? 'job.archived' : actionOf(job, before),
      object: { type: 'job', id: job.id },
      ...(before ? { before: jobView(before, null) } : {}),
      after: jobView(job, null),
      details: {
        package: job.package,
        version: job.version,
        action: job.action,
        groups: job.groups,
        computers: job.computers.length,
        total: job.total,
        reason: job.statusReason,
      },
    },
  ];
}

function actionOf({ status }: Job, before: Job | undefined): string {
  if (!before) return 'job.created';
  if (before.finishedAt && status === 'running') return 'job.reopened';
  const stood = before.status === 'halted' || before.status === 'paused';
  return stood && status === 'running' ? 'job.resumed' : ACTIONS[status];
}
