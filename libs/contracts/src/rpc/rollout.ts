import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';

/** Waves of one job. A rollout that needs more is one that nobody can follow. */
export const MAX_WAVES = 20;

/** Who is at work is asked for by name. */
export const MAX_IN_FLIGHT = 5_000;

/** ISO 8601 of days, hours, minutes and seconds: their length does not depend on the calendar. */
export const DURATION = /^P(?!$)(\d{1,3}D)?(T(?=\d)(\d{1,4}H)?(\d{1,5}M)?(\d{1,6}S)?)?$/;
export const DURATION_MESSAGE =
  '$property must be an ISO 8601 duration of days, hours, minutes and seconds, e.g. PT30M or P1DT12H';

/** What computers are sorted by before they are shared out over the waves. */
export const STRATA = ['site', 'platform'] as const;
export type Stratum = (typeof STRATA)[number];

/** Computers that get the job's commands at the same time. */
export class RolloutWave {
  /** share of the targets, in %, that have been told when this wave is released: cumulative, rising, the last one 100 */
  @IsNumber({ maxDecimalPlaces: 3 }) @Min(0.001) @Max(100) percent: number;
  /** the next wave is released this long after this one at the earliest, e.g. `PT30M`; default at once */
  @IsOptional() @IsString() @Matches(DURATION, { message: DURATION_MESSAGE }) soak?: string;
  /** `manual`: the next wave waits for `POST /jobs/{id}/actions/approve` when this one has soaked and passed the gate */
  @IsOptional() @IsIn(['manual']) approval?: 'manual';
}

/** What a wave must have achieved before the next one is released; a wave that has not halts the job. */
export class RolloutGate {
  /** success among the finished computers of the wave, in %, e.g. 95 */
  @IsNumber({ maxDecimalPlaces: 3 }) @Min(0) @Max(100) successPercent: number;
  /** judged when so many computers of the wave have finished, or all of them; default 20 */
  @IsOptional() @IsInt() @Min(1) @Max(1_000_000) minimumFinished?: number;
}

/** How the job reaches its targets one part after the other. */
export class JobRollout {
  /** default: one wave of everybody */
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_WAVES)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => RolloutWave)
  waves?: RolloutWave[];
  /**
   * every wave takes its share of each `site` (attribute of that name) or each `platform` (os/arch/distribution), and of each at least one, so that a first wave
   * of 1 % touches all of them; computers without one are a stratum of their own. Default: the share of all computers together
   */
  @IsOptional() @IsIn(STRATA) stratifyBy?: Stratum;
  /** default: success 95 %, at least 20 finished */
  @IsOptional() @IsObject() @ValidateNested() @Type(() => RolloutGate) gate?: RolloutGate;
  /**
   * computers at work (checking, downloading, installing) or just told, at the same time, in all waves together; further ones are told when there is room. Who
   * waits for a moment of its own, has not answered for a minute, or has not been connected for a minute does not count
   */
  @IsOptional() @IsInt() @Min(1) @Max(MAX_IN_FLIGHT) maxInFlight?: number;
  /** computers that are told in a minute, at most and spread over it */
  @IsOptional() @IsInt() @Min(1) @Max(1_000_000) ratePerMinute?: number;
}

/** The same with what was left out. */
export type PlannedRollout = JobRollout & Required<Pick<JobRollout, 'waves'>>;

/** When the job stops by itself, watched all the time. What has left is not called back. */
export class StopWhen {
  /** failed, rejected and timed out among the finished computers, in %; the job halts above it, e.g. 5 */
  @IsNumber({ maxDecimalPlaces: 3 }) @Min(0) @Max(100) failedPercent: number;
  /** judged from so many finished computers on; default 20 */
  @IsOptional() @IsInt() @Min(1) @Max(1_000_000) minimumFinished?: number;
}
