import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  Equals,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { EXECUTION_STATUSES, type ExecutionStatus } from '../status/execution-status.js';

/** One step of an attempt as the agent journaled it. */
export class StepReport {
  /** `requirements`, `download`, `hook.before`, `install`, `detection` … */
  @IsString() @MaxLength(64) name: string;
  @IsISO8601() startedAt: string;
  @IsOptional() @IsISO8601() finishedAt?: string | null;
  @IsOptional() @IsBoolean() ok?: boolean | null;
  @IsOptional() @IsString() @MaxLength(2000) detail?: string | null;
}

/** `<computer>.status.v1`: durable, nothing of it may be lost. At most 128 KiB as JSON. */
export class StatusReport {
  @Equals(1) v: 1;
  @IsUUID() computerId: string;
  @IsUUID() jobId: string;
  /** of the job: 1, as every run of a recurring job is a job of its own */
  @IsInt() @Min(1) run: number;
  @IsInt() @Min(1) attempt: number;
  /** rises within (job, run, attempt): an older report never overwrites a newer one */
  @IsInt() @Min(1) seq: number;
  @IsIn(EXECUTION_STATUSES) status: ExecutionStatus;
  @IsOptional() @IsString() @MaxLength(100) reason?: string | null;
  /** sentence for the help desk */
  @IsOptional() @IsString() @MaxLength(2000) message?: string | null;
  @IsOptional() @IsInt() @Min(-1) @Max(4294967295) exitCode?: number | null;
  /** RFC 3339 UTC, the agent's corrected clock */
  @IsISO8601() at: string;
  /** all steps of the attempt so far, oldest first */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(200)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => StepReport)
  steps?: StepReport[] | null;
  /** last 64 KiB of the installer's output */
  @IsOptional() @IsString() @MaxLength(65536) logTail?: string | null;
  /** what detection found; `succeeded` without evidence is refused */
  @IsOptional() @IsString() @MaxLength(2000) evidence?: string | null;
  /** the attempt failed and the next one begins then, by the job's retry policy */
  @IsOptional() @IsISO8601() retryAt?: string | null;
}

/** `<computer>.progress.v1`: lossy on purpose. */
export class ProgressReport {
  @Equals(1) v: 1;
  @IsUUID() computerId: string;
  @IsUUID() jobId: string;
  @IsInt() @Min(1) run: number;
  @IsInt() @Min(1) attempt: number;
  @IsInt() @Min(0) bytesDone: number;
  @IsInt() @Min(0) bytesTotal: number;
  @IsISO8601() at: string;
}
