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
import { TimeoutLimits } from '../rpc/timeouts.js';
import type { Manifest } from '../manifest/manifest.js';
import { type ExecutionCounters, FINAL_STATUSES, type FinalStatus } from '../status/execution-status.js';
import { JOB_STATUSES, type JobStatus } from '../status/job-status.js';

/** Types (= routing keys on `waybill.events`) of everything that services tell each other. */
export const EVENTS = {
  packageVersionPublished: 'package.version.published.v1',
  packageVersionWithdrawn: 'package.version.withdrawn.v1',
  groupChanged: 'group.changed.v1',
  groupMembersChanged: 'group.members.changed.v1',
  computerRemoved: 'computer.removed.v1',
  jobStatusChanged: 'job.status.changed.v1',
  jobTargetsAssigned: 'job.targets.assigned.v1',
  jobExecutionsReady: 'job.executions.ready.v1',
  jobWaveReleased: 'job.wave.released.v1',
  jobComputersTold: 'job.computers.told.v1',
  jobTargetsLeft: 'job.targets.left.v1',
  jobCancelRequested: 'job.cancel.requested.v1',
  jobArchived: 'job.archived.v1',
  jobProgressed: 'job.progressed.v1',
  jobAttemptsEnded: 'job.attempts.ended.v1',
  executionAnomaly: 'execution.anomaly.v1',
} as const;

/** A version became installable. Idempotent: `versionId` names immutable content. */
export class PackageVersionPublished {
  @Equals(1) v: 1;
  @IsUUID() versionId: string;
  @IsString() package: string;
  @IsString() version: string;
  /** with sha256 and size of every artifact filled in */
  @IsObject() manifest: Manifest;
  /** `sha256:<hex>` over the canonical manifest bytes */
  @IsString() manifestDigest: string;
  /** compact JWS of the publisher over the canonical manifest; absent in events from before there were signatures */
  @IsOptional() @IsString() signedManifest?: string | null;
  /** where each artifact lies in the bucket, by SHA-256 */
  @IsObject() objectKeys: Record<string, string>;
  @IsISO8601() publishedAt: string;
}

/** A version must no longer be installed by new jobs. */
export class PackageVersionWithdrawn {
  @Equals(1) v: 1;
  @IsUUID() versionId: string;
  @IsString() package: string;
  @IsString() version: string;
  @IsISO8601() withdrawnAt: string;
}

/** A group was created, changed or deleted; carries what the scheduler keeps a copy of. */
export class GroupChanged {
  @Equals(1) v: 1;
  @IsUUID() groupId: string;
  @IsString() name: string;
  /** current generation of its command stream */
  @IsInt() @Min(1) generation: number;
  /** rises with every change of the group; an older event is ignored */
  @IsInt() @Min(1) revision: number;
  @IsBoolean() deleted: boolean;
}

/** Computers joined or left a group; at most 5,000 of each in one event. */
export class GroupMembersChanged {
  @Equals(1) v: 1;
  @IsUUID() groupId: string;
  @IsArray() @ArrayMaxSize(5000) @IsUUID(undefined, { each: true }) joined: string[];
  @IsArray() @ArrayMaxSize(5000) @IsUUID(undefined, { each: true }) left: string[];
  @IsISO8601() at: string;
}

/** A computer was deleted; its open executions are to be closed. */
export class ComputerRemoved {
  @Equals(1) v: 1;
  @IsUUID() computerId: string;
  @IsISO8601() at: string;
}

/** A job took another status. */
export class JobStatusChanged {
  @Equals(1) v: 1;
  @IsUUID() jobId: string;
  @IsInt() @Min(1) run: number;
  @IsIn(JOB_STATUSES) status: JobStatus;
  @IsISO8601() at: string;
}

/** What limits of roles are compared with; see coversJob. */
export class AssignedReach {
  @IsArray() @IsString({ each: true }) groups: string[];
  @IsArray() @IsUUID(undefined, { each: true }) computers: string[];
  @IsOptional() @IsString() category?: string | null;
}

/** One computer that a job is for. */
export class AssignedTarget {
  @IsUUID() computerId: string;
  @IsString() @MaxLength(255) name: string;
  @IsBoolean() online: boolean;
  @IsOptional() @IsISO8601() lastSeenAt?: string | null;
  /** from 1; absent: the first */
  @IsOptional() @IsInt() @Min(1) @Max(1000) wave?: number;
  /** `os/arch/distribution` when the job started */
  @IsOptional() @IsString() @MaxLength(200) platform?: string | null;
  /** its attribute `site` when the job started */
  @IsOptional() @IsString() @MaxLength(200) site?: string | null;
  /** which of `reach.groups` it was in when the job started, by index from 0 */
  @IsOptional() @IsArray() @ArrayMaxSize(1000) @IsInt({ each: true }) @Min(0, { each: true }) groups?: number[];
}

/** Largest number of targets in one chunk. */
export const TARGETS_CHUNK = 5000;

/** One chunk of a run's targets; result inserts executions idempotently by (job, run, computer). */
export class JobTargetsAssigned {
  @Equals(1) v: 1;
  @IsUUID() jobId: string;
  @IsInt() @Min(1) run: number;
  /** from 0 */
  @IsInt() @Min(0) chunk: number;
  /** absent while further targets are being looked for: the last chunk says it, and `total` */
  @IsOptional() @IsInt() @Min(1) chunks?: number;
  /** number of targets of the whole run */
  @IsOptional() @IsInt() @Min(0) total?: number;
  @IsISO8601() expiresAt: string;
  /** attempts that a computer may make for each order; absent: one */
  @IsOptional() @IsInt() @Min(1) @Max(10) attempts?: number;
  /** true: the computers are told little by little, see {@link JobComputersTold} */
  @IsOptional() @IsBoolean() paced?: boolean;
  /** absent: nothing is limited but by the expiry */
  @IsOptional() @IsObject() @ValidateNested() @Type(() => TimeoutLimits) timeouts?: TimeoutLimits;
  /** absent in events from before: whoever is limited does not see the job */
  @IsOptional() @IsObject() @ValidateNested() @Type(() => AssignedReach) reach?: AssignedReach;
  @IsArray()
  @ArrayMaxSize(TARGETS_CHUNK)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => AssignedTarget)
  targets: AssignedTarget[];
}

/** Every chunk of the run is stored: commands may leave. */
export class JobExecutionsReady {
  @Equals(1) v: 1;
  @IsUUID() jobId: string;
  @IsInt() @Min(1) run: number;
  @IsInt() @Min(0) total: number;
}

/** Commands of a wave after the first have left. */
export class JobWaveReleased {
  @Equals(1) v: 1;
  @IsUUID() jobId: string;
  @IsInt() @Min(1) run: number;
  @IsInt() @Min(1) @Max(1000) wave: number;
  @IsISO8601() at: string;
}

/** Commands have left for some computers of a job that tells them little by little. */
export class JobComputersTold {
  @Equals(1) v: 1;
  @IsUUID() jobId: string;
  @IsInt() @Min(1) run: number;
  @IsArray() @ArrayMaxSize(TARGETS_CHUNK) @IsUUID(undefined, { each: true }) computers: string[];
}

/** Computers are no longer what the job is for: what they have not begun is to be closed. */
export class JobTargetsLeft {
  @Equals(1) v: 1;
  @IsUUID() jobId: string;
  @IsInt() @Min(1) run: number;
  @IsArray() @ArrayMaxSize(TARGETS_CHUNK) @IsUUID(undefined, { each: true }) computers: string[];
}

/** Executions that have not begun are to be closed. */
export class JobCancelRequested {
  @Equals(1) v: 1;
  @IsUUID() jobId: string;
  @IsInt() @Min(1) run: number;
  @IsIn(['canceled', 'expired']) status: 'canceled' | 'expired';
  @IsString() reason: string;
  /** attempts up to and including this one; absent: up to the newest that result knows. Keeps a late cancel from closing a re-execution */
  @IsOptional() @IsInt() @Min(1) attempt?: number;
  @IsISO8601() at: string;
}

/** A job ended long ago: what became of each of its computers is no longer kept, in any of its runs. */
export class JobArchived {
  @Equals(1) v: 1;
  @IsUUID() jobId: string;
  @IsISO8601() at: string;
}

/** What a gate is judged by. */
export class WaveProgress {
  @IsInt() @Min(1) @Max(1000) wave: number;
  @IsInt() @Min(0) total: number;
  /** in a final status */
  @IsInt() @Min(0) finished: number;
  @IsInt() @Min(0) succeeded: number;
  /** failed, rejected or timed out; absent in words from before: whoever has finished without success */
  @IsOptional() @IsInt() @Min(0) failed?: number;
}

/** Counters of a run, at most once a second per job; the newest wins. */
export class JobProgressed {
  @Equals(1) v: 1;
  @IsUUID() jobId: string;
  @IsInt() @Min(1) run: number;
  @IsInt() @Min(0) total: number;
  /** by status word; sums to `total` */
  @IsObject() counters: ExecutionCounters;
  /** absent when the run has one wave */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(1000)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => WaveProgress)
  waves?: WaveProgress[];
  /** sum of the final statuses */
  @IsInt() @Min(0) finished: number;
  /** highest attempt issued in this run; a late progress of an earlier attempt must not complete the job */
  @IsInt() @Min(1) @Max(1_000_000) attempt: number;
  @IsISO8601() at: string;
}

/** How an execution ended, with which attempt. */
export class EndedAttempt {
  @IsUUID() computerId: string;
  @IsString() @MaxLength(255) computerName: string;
  @IsInt() @Min(1) attempt: number;
  @IsIn(FINAL_STATUSES) status: FinalStatus;
  @IsOptional() @IsString() reason?: string | null;
  /** the sentence for people; absent for a success without one */
  @IsOptional() @IsString() message?: string | null;
  @IsOptional() @IsInt() exitCode?: number | null;
  /** by the computer's clock when the agent reported it */
  @IsISO8601() endedAt: string;
}

/** Largest number of attempts in one event. */
export const ENDED_ATTEMPTS_CHUNK = 500;

/**
 * Attempts with which executions of one run ended. Each is told once, but for a presumed end that the agent's own report overruled: that one is
 * told again as what it was. Told too when a re-execution has begun since; not told when the computer goes on to its next attempt by itself.
 */
export class JobAttemptsEnded {
  @Equals(1) v: 1;
  @IsUUID() jobId: string;
  @IsInt() @Min(1) run: number;
  @IsArray()
  @ArrayMaxSize(ENDED_ATTEMPTS_CHUNK)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => EndedAttempt)
  attempts: EndedAttempt[];
}

/**
 * Why a report was kept and not applied. `commandRefused` is no complaint about the computer: it says that a command
 * without proof of origin reached it.
 */
export const ANOMALY_KINDS = ['noExecution', 'unknownAttempt', 'afterFinal', 'noEvidence', 'commandRefused'] as const;

/** A report that could not be applied: kept, shown, and answered by a cancel when it is for a job that does not target the computer. */
export class ExecutionAnomaly {
  @Equals(1) v: 1;
  @IsUUID() computerId: string;
  @IsUUID() jobId: string;
  @IsInt() run: number;
  @IsInt() attempt: number;
  @IsIn(ANOMALY_KINDS) kind: (typeof ANOMALY_KINDS)[number];
  @IsISO8601() at: string;
}
