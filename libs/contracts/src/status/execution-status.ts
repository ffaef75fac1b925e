/** The status words of one execution (one job on one computer), in the order they normally happen. */
export const EXECUTION_STATUSES = [
  'queued',
  'accepted',
  'waiting',
  'downloading',
  'installing',
  'verifying',
  'rebootPending',
  'succeeded',
  'failed',
  'rejected',
  'timedOut',
  'expired',
  'canceled',
] as const;

export type ExecutionStatus = (typeof EXECUTION_STATUSES)[number];

/** Statuses that only a new attempt may leave. */
export const FINAL_STATUSES = ['succeeded', 'failed', 'rejected', 'timedOut', 'expired', 'canceled'] as const;

export type FinalStatus = (typeof FINAL_STATUSES)[number];

/** Final statuses that re-execution with `only: "failed"` picks up: the computer tried, or looked, and could not. */
export const FAILED_STATUSES = ['failed', 'rejected', 'timedOut'] as const;

/** Final statuses that re-execution with `only: "unsuccessful"` picks up: also those that were never begun. */
export const UNSUCCESSFUL_STATUSES = ['failed', 'rejected', 'timedOut', 'expired', 'canceled'] as const;

/** Statuses after which the installer has been started: a cancel no longer stops it. */
export const BEGUN_STATUSES = ['installing', 'verifying', 'rebootPending'] as const;

export type ExecutionCounters = Record<ExecutionStatus, number>;

export function isFinal(status: ExecutionStatus): status is FinalStatus {
  return (FINAL_STATUSES as readonly string[]).includes(status);
}

/** Counters with every status word present and zero. */
export function emptyCounters(): ExecutionCounters {
  return Object.fromEntries(EXECUTION_STATUSES.map((status) => [status, 0])) as ExecutionCounters;
}
