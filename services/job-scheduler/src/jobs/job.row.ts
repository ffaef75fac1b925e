import type { Job, JobState } from './job.js';

type Cell = string | number | boolean | null | Date | object;

/** Column of each field that a decision may change. */
const STATE = {
  status: 'status',
  statusReason: 'status_reason',
  phase: 'phase',
  run: 'run',
  attempt: 'attempt',
  expiresAt: 'expires_at',
  resolution: 'resolution',
  found: 'found',
  resolvedAt: 'resolved_at',
  total: 'total',
  startedAt: 'started_at',
  finishedAt: 'finished_at',
  archivedAt: 'archived_at',
  finishedAttempt: 'finished_attempt',
  reexecution: 'reexecution',
  approval: 'approval',
  rolloutState: 'rollout_state',
  revision: 'revision',
} as const satisfies Record<keyof JobState, string>;

const COLUMNS: Record<keyof Job, string> = {
  ...STATE,
  id: 'id',
  name: 'name',
  package: 'package',
  version: 'version',
  versionId: 'version_id',
  action: 'action',
  groups: 'groups',
  groupIds: 'group_ids',
  computers: 'computers',
  filter: 'filter',
  mostTargets: 'most_targets',
  excludeGroups: 'exclude_groups',
  excludeGroupIds: 'exclude_group_ids',
  excludeComputers: 'exclude_computers',
  startAt: 'start_at',
  installAt: 'install_at',
  expireAt: 'expire_at',
  installsAt: 'installs_at',
  zone: 'zone',
  windows: 'windows',
  startsAt: 'starts_at',
  series: 'series',
  rollout: 'rollout',
  stopWhen: 'stop_when',
  retry: 'retry',
  timeouts: 'timeouts',
  user: 'user_policy',
  lateJoiners: 'late_joiners',
  priority: 'priority',
  annotations: 'annotations',
  createdAt: 'created_at',
  createdBy: 'created_by',
  createdById: 'created_by_id',
  category: 'category',
};

const FIELDS = Object.entries(COLUMNS) as [keyof Job, string][];

/** Columns of the state, in a fixed order. */
export const STATE_COLUMNS: readonly string[] = Object.values(STATE);

/** A row of the table `jobs`, by column. */
export type JobRow = Record<string, Cell>;

export function jobOfRow(row: JobRow): Job {
  return Object.fromEntries(FIELDS.map(([field, column]) => [field, row[column]])) as unknown as Job;
}

export function rowOfJob(job: Job): JobRow {
  return Object.fromEntries(FIELDS.map(([field, column]) => [column, job[field] as Cell]));
}

/** The part of the row that a decision may have changed, with the id. */
export function stateRowOfJob(job: Job): JobRow {
  const state = Object.entries(STATE) as [keyof JobState, string][];
  return Object.fromEntries([['id', job.id], ...state.map(([field, column]) => [column, job[field] as Cell] as const)]);
}
