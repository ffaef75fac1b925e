export const JOB_STATUSES = [
  'draft',
  'scheduled',
  'running',
  'paused',
  'halted',
  'completed',
  'canceled',
  'expired',
] as const;

export type JobStatus = (typeof JOB_STATUSES)[number];

/** What a job asks the agent to do. `verify` only runs the detection rules. */
export const JOB_ACTIONS = ['install', 'uninstall', 'verify'] as const;

export type JobAction = (typeof JOB_ACTIONS)[number];
