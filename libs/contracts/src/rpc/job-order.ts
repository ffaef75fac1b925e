import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { JOB_ACTIONS, type JobAction } from '../status/job-status.js';
import { IsSingleLine } from '../validation/single-line.js';
import { JobRetry } from './retry.js';
import { JobRollout, StopWhen } from './rollout.js';
import { JobTimeouts } from './timeouts.js';
import { JobUser } from './job-user.js';

/** Wall-clock (`2026-09-01T09:00:00`, read in the schedule's zone) or an instant with offset (`…Z`, `…+09:00`). */
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?$/;
const MOMENT_MESSAGE =
  '$property must be a date and time, e.g. 2026-09-01T09:00:00 (read in the zone) or 2026-09-01T00:00:00Z';

export const LATE_JOINERS = ['include', 'exclude'] as const;
export type LateJoiners = (typeof LATE_JOINERS)[number];

export class JobExclusions {
  @IsOptional() @IsArray() @ArrayMaxSize(100) @ArrayUnique() @IsString({ each: true }) groups?: string[];
  @IsOptional() @IsArray() @ArrayMaxSize(5000) @ArrayUnique() @IsUUID(undefined, { each: true }) computers?: string[];
}

export class JobTargets {
  /** names of groups */
  @IsOptional() @IsArray() @ArrayMaxSize(100) @ArrayUnique() @IsString({ each: true }) groups?: string[];
  /** ids of computers */
  @IsOptional() @IsArray() @ArrayMaxSize(5000) @ArrayUnique() @IsUUID(undefined, { each: true }) computers?: string[];
  /**
   * RSQL over what is known of computers, as for lists of them, without `group`, e.g. `os==linux;software.acme-ledger.version<2.4`: narrows the groups and
   * computers that are named, or says alone who is meant. Looked at when the job starts
   */
  @IsOptional() @IsString() @Length(1, 2000) filter?: string;
  /** always wins */
  @IsOptional() @IsObject() @ValidateNested() @Type(() => JobExclusions) exclude?: JobExclusions;
}

export const WINDOWS = ['group', 'ignore'] as const;

export class JobSchedule {
  /** when commands leave; default at once; a moment in the past means at once. With the zone `local` each computer begins at this time of its own */
  @IsOptional() @Matches(MOMENT, { message: MOMENT_MESSAGE }) startAt?: string;
  /**
   * when computers act, from files that they have fetched since `startAt`; default as soon as they have them. Who has not got them by then, or
   * hears of the job later, acts as soon as it can. With the zone `local`: at this time of each computer's own
   */
  @IsOptional() @Matches(MOMENT, { message: MOMENT_MESSAGE }) installAt?: string;
  /**
   * IANA name, default UTC; gives meaning to wall-clock times. `local`: each computer's own time, as its system says it. Commands then leave when the first
   * zone (UTC+14) reaches `startAt`, the job expires when the last one (UTC-12) reaches `expiresAt`, and every computer keeps to its own clock: it fetches
   * nothing before its `startAt`, changes nothing before its `installAt` and begins nothing from its `expiresAt` on. Times that have passed somewhere only are accepted:
   * there a computer begins at once, or not at all. None of the three may have an offset, and UNTIL in `recurrence` no `Z`. Without `startAt` all begin at once. Recurring
   * runs are due when the first zone reaches their time. Windows of groups stay in the zones of their own; both must have come
   */
  @IsOptional() @IsString() @MaxLength(64) zone?: string;
  /**
   * `group`, the default: computers act inside the windows of their groups only, and fetch at any time. `ignore`: they act at once, as in an emergency
   */
  @IsOptional() @IsIn(WINDOWS) windows?: (typeof WINDOWS)[number];
  /** default 30 days after the start; with the zone `local` after the start in the last zone */
  @IsOptional() @Matches(MOMENT, { message: MOMENT_MESSAGE }) expiresAt?: string;
  /**
   * makes the job recur: a recurrence rule (RRULE) of RFC 5545 with COUNT or UNTIL, e.g. `FREQ=MONTHLY;BYDAY=-1FR;COUNT=12` for the last Friday of twelve
   * months. Each run is a job of its own, which looks up its targets at its own start. One that is due while an earlier run has not finished is not
   * started and says so; of runs that were missed while the scheduler was down, the latest is made up for. Asks for `startAt`: the first run is at the
   * first time from then on that the rule names; what is past is left out. `installAt` and `expiresAt` are those of a run at `startAt`, every run has them
   * at the same distance by the clock of the zone (without `expiresAt` each expires after 30 days). None of them may have an offset. At most 1,000 runs, within ten
   * years, an hour apart; FREQ is DAILY, WEEKLY, MONTHLY or YEARLY. A time that the zone skips is taken with the offset before, one that it repeats is the first
   */
  @IsOptional() @IsString() @Length(1, 500) @IsSingleLine() recurrence?: string;
}

/** Body of `POST /jobs`. */
export class CreateJob {
  /** default `<action> <package> <version>` */
  @IsOptional() @IsString() @Length(1, 200) @IsSingleLine() name?: string;
  @IsString() @MaxLength(128) package: string;
  @IsString() @MaxLength(128) version: string;
  @IsOptional() @IsIn(JOB_ACTIONS) action?: JobAction;
  @IsObject() @ValidateNested() @Type(() => JobTargets) targets: JobTargets;
  /**
   * how many computers the filter means, as the dry run says; asked for when they are more than a share of all computers (half, unless the
   * installation says otherwise) and more than 10. A job for whom more than that, and a tenth, fit when it starts is canceled
   */
  @IsOptional() @IsInt() @Min(1) confirmTargets?: number;
  /**
   * `include`: whoever joins a targeted group after the start gets the job too, in its wave and at its pace, until the job expires; a job that had
   * completed runs again then. `exclude`, the default: the targets are those of the start. Who left a group and comes back is no joiner. Nobody is taken
   * on beyond what was approved or confirmed
   */
  @IsOptional() @IsIn(LATE_JOINERS) lateJoiners?: LateJoiners;
  @IsOptional() @IsObject() @ValidateNested() @Type(() => JobSchedule) schedule?: JobSchedule;
  /** default: everybody at once */
  @IsOptional() @IsObject() @ValidateNested() @Type(() => JobRollout) rollout?: JobRollout;
  /** default: the job goes on whatever happens */
  @IsOptional() @IsObject() @ValidateNested() @Type(() => StopWhen) stopWhen?: StopWhen;
  /** default: a computer that failed is left until somebody executes it again */
  @IsOptional() @IsObject() @ValidateNested() @Type(() => JobRetry) retry?: JobRetry;
  /** default: a computer has time until the job expires */
  @IsOptional() @IsObject() @ValidateNested() @Type(() => JobTimeouts) timeouts?: JobTimeouts;
  /** default: nobody is told, nothing waits for anybody, and nothing restarts */
  @IsOptional() @IsObject() @ValidateNested() @Type(() => JobUser) user?: JobUser;
  /** 1 (last) to 10 (first), default 5; which job's installer runs first on a computer */
  @IsOptional() @IsInt() @Min(1) @Max(10) priority?: number;
  /** free labels, e.g. a change ticket; at most 50, values up to 500 characters */
  @IsOptional() @IsObject() annotations?: Record<string, string>;
}
