import type { Approval } from '../approval/approval.js';
import type {
  LateJoiners,
  JobAction,
  JobRetry,
  JobStatus,
  JobTimeouts,
  JobUser,
  PlannedRollout,
  StopWhen,
} from '@waybill/contracts';
import type { RunOf } from '../recurrence/recurrence.js';
import type { RolloutState } from '../rollout/rollout.js';

/** What was ordered; never changes. */
export interface JobDocument {
  readonly id: string;
  readonly name: string;
  readonly package: string;
  readonly version: string;
  readonly versionId: string;
  readonly action: JobAction;
  /** groups by name and, at the same index, by the id the name meant when the job was created */
  readonly groups: readonly string[];
  readonly groupIds: readonly string[];
  readonly computers: readonly string[];
  /** RSQL, read at the start; null: everybody who is named */
  readonly filter: string | null;
  /** most computers that were confirmed; null without a filter */
  readonly mostTargets: number | null;
  readonly excludeGroups: readonly string[];
  readonly excludeGroupIds: readonly string[];
  readonly excludeComputers: readonly string[];
  /** as it was written, null for "at once" */
  readonly startAt: string | null;
  /** as it was written, null for "as soon as the files are there" */
  readonly installAt: string | null;
  /** `expiresAt` as it was written, null for 30 days after the start */
  readonly expireAt: string | null;
  /** IANA name, or `local` for each computer's own time */
  readonly zone: string;
  /** `ignore`: its computers act outside the windows of their groups, too */
  readonly windows: 'group' | 'ignore';
  /** the moment that `startAt` in `zone` means; with `local` in the first zone */
  readonly startsAt: Date;
  /** the moment that `installAt` in `zone` means; with `local` in the first zone */
  readonly installsAt: Date | null;
  /** of what recurring job it is a run; null: it is done once */
  readonly series: RunOf | null;
  /** null: everybody at once */
  readonly rollout: PlannedRollout | null;
  readonly stopWhen: StopWhen | null;
  /** null: one attempt for each order to act */
  readonly retry: JobRetry | null;
  readonly timeouts: JobTimeouts | null;
  /** null: nobody is told, nothing waits for anybody, and nothing restarts */
  readonly user: JobUser | null;
  /** whether computers that join its groups after the start get it too */
  readonly lateJoiners: LateJoiners;
  readonly priority: number;
  readonly annotations: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  readonly createdBy: string;
  /** id of that account; null for jobs from before there were accounts */
  readonly createdById: string | null;
  /** of the package when the job was made; null: it has none, or nobody knew */
  readonly category: string | null;
}

/**
 * How far the current run has come: `idle` nothing done, `resolving` asking fleet who the targets are, `assigning` result is
 * storing the executions, `released` commands may have left. A job that is closed keeps the phase in which it was closed.
 */
export type JobPhase = 'idle' | 'resolving' | 'assigning' | 'released';

/** A re-execution that was accepted and whose commands have not left yet. At most one per job. */
export interface PendingReexecution {
  readonly requestId: string;
  /** number of the new attempt, if at least one computer is reopened */
  readonly attempt: number;
  /** the job was canceled or expired meanwhile: what is reopened must be closed again */
  readonly withdrawn: boolean;
}

/**
 * How far the search for a run's targets has come, stored with each page of them: whoever takes over goes on from here, as of the same moment,
 * so that what was stored and told stays true.
 */
export interface FoundSoFar {
  /** fleet's clock at the first page, RFC 3339 */
  readonly resolvedAt: string;
  /** the last target that is stored; null: all are */
  readonly after: string | null;
  /** targets that are stored */
  readonly total: number;
  /** of them by wave, the first at index 0; null for a job in one wave, and for a stratified one */
  readonly waveTotals: readonly number[] | null;
  /** groups of the job that did not exist any more on at least one page */
  readonly unknownGroupIds: readonly string[];
  /** guarded groups that at least one of them is in */
  readonly guarded: readonly string[];
  /** chunks of them that result has been given; 0: it is given all when all are found */
  readonly chunks: number;
}

/** Where the job stands; every change goes through a decide function. */
export interface JobState {
  readonly status: JobStatus;
  /** sentence for a person, null when the status says it all */
  readonly statusReason: string | null;
  readonly phase: JobPhase;
  /** always 1: every run of a recurring job is a job of its own, see `series` */
  readonly run: number;
  /** newest attempt whose commands have left or will leave; computers go on from it by themselves, see attempts.ts */
  readonly attempt: number;
  readonly expiresAt: Date;
  /** the resolution that may store targets now; one that was overtaken finds another id here and stops */
  readonly resolution: string | null;
  /** null before the first page of targets is stored */
  readonly found: FoundSoFar | null;
  /** fleet's clock when the targets were fixed */
  readonly resolvedAt: Date | null;
  /** number of targets, null before they are resolved */
  readonly total: number | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** what became of its computers is no longer kept; null while it is */
  readonly archivedAt: Date | null;
  /** highest attempt for which result said that every execution is final */
  readonly finishedAttempt: number | null;
  readonly reexecution: PendingReexecution | null;
  /** null while nothing asks for one */
  readonly approval: Approval | null;
  /** null for a job without waves and stop condition */
  readonly rolloutState: RolloutState | null;
  /** rises with every change that an administrator can see; the ETag */
  readonly revision: number;
}

export type Job = JobDocument & JobState;

/** Default lifetime of a run, also of a re-execution of a job that had expired. */
export const DEFAULT_LIFETIME_DAYS = 30;

export function daysAfter(moment: Date, days: number): Date {
  return new Date(moment.getTime() + days * 86_400_000);
}
