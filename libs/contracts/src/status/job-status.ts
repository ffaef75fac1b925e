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

/** Codes that begin the sentence of a job's `statusReason` when it was not a person or the clock that decided. */
export const JOB_REASONS = {
  /** a group that the job targets or excludes was deleted before its start */
  groupRemoved: 'target.groupRemoved',
  /** the package version was withdrawn before a command had left */
  versionWithdrawn: 'version.withdrawn',
  /** a wave has not achieved what the next one needs */
  gate: 'rollout.gate',
  /** too many failed */
  stopWhen: 'rollout.stopWhen',
} as const;

/** What a job asks the agent to do. `verify` only runs the detection rules. */
export const JOB_ACTIONS = ['install', 'uninstall', 'verify'] as const;

export type JobAction = (typeof JOB_ACTIONS)[number];
