export const RESTART_POLICIES = ['never', 'ask', 'force'] as const;
export type RestartPolicy = (typeof RESTART_POLICIES)[number];

/** What the users of a computer are told of a job, and what they may decide; as agents read it. */
export interface UserPolicy {
  /** they are told before the computer is changed, and how it ended */
  notify: boolean;
  /** how often they may put the installation off; 0: they are not asked */
  deferrals: number;
  /** milliseconds that an offered installation, or a restart that was asked for, waits at most */
  deadlineMs?: number;
  restart: RestartPolicy;
}
