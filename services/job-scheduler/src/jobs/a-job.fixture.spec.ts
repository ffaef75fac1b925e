import type { Job } from './job.js';

export const NOW = new Date('2026-09-01T00:00:00Z');

/** Moment relative to {@link NOW}, seconds. */
export const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

/** A scheduled job that starts at {@link NOW}; say only what matters to the spec. */
export function aJob(changes: Partial<Job> = {}): Job {
  return {
    id: '01990000-0000-7000-8000-000000000001',
    name: 'Ledger for accounting',
    package: 'acme-ledger',
    version: '2.4.0',
    versionId: '01990000-0000-7000-8000-0000000000aa',
    action: 'install',
    groups: ['accounting'],
    groupIds: ['01990000-0000-7000-8000-0000000000b1'],
    computers: [],
    filter: null,
    mostTargets: null,
    lateJoiners: 'exclude',
    windows: 'group',
    excludeGroups: [],
    excludeGroupIds: [],
    excludeComputers: [],
    startAt: null,
    installAt: null,
    expireAt: null,
    installsAt: null,
    zone: 'UTC',
    startsAt: NOW,
    series: null,
    rollout: null,
    stopWhen: null,
    retry: null,
    timeouts: null,
    user: null,
    priority: 5,
    annotations: {},
    createdAt: NOW,
    createdBy: 'admin',
    createdById: null,
    category: null,
    status: 'scheduled',
    statusReason: null,
    phase: 'idle',
    run: 1,
    attempt: 1,
    expiresAt: at(3600),
    resolution: null,
    found: null,
    resolvedAt: null,
    total: null,
    startedAt: null,
    finishedAt: null,
    archivedAt: null,
    finishedAttempt: null,
    reexecution: null,
    approval: null,
    rolloutState: null,
    revision: 1,
    ...changes,
  };
}

/** Commands have left for `total` computers. */
export function aRunningJob(changes: Partial<Job> = {}): Job {
  return aJob({
    status: 'running',
    phase: 'released',
    total: 3,
    startedAt: NOW,
    resolvedAt: NOW,
    revision: 4,
    ...changes,
  });
}
