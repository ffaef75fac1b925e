import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { AssignedReach, AssignedTarget, TARGETS_CHUNK } from '../events/events.js';
import type { StepReport } from '../reports/status-report.js';
import type { ExecutionCounters, ExecutionStatus } from '../status/execution-status.js';
import { type Page, PageQuery } from './page.js';
import type { JobReport } from './report.js';
import { TimeoutLimits } from './timeouts.js';

export const RESULT_RPC = {
  jobSummary: 'execution.summary.v1',
  report: 'execution.report.v1',
  list: 'execution.list.v1',
  listOfComputer: 'execution.list-of-computer.v1',
  get: 'execution.get.v1',
  changes: 'execution.changes.v1',
  reopen: 'execution.reopen.v1',
  join: 'execution.join.v1',
  openOfComputer: 'execution.open-of-computer.v1',
  atWork: 'execution.at-work.v1',
  anomalies: 'execution.anomalies.v1',
} as const;

export interface ExecutionView {
  jobId: string;
  run: number;
  computerId: string;
  computerName: string;
  status: ExecutionStatus;
  reason: string | null;
  message: string | null;
  attempt: number;
  exitCode: number | null;
  queuedAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  updatedAt: string;
}

export interface AttemptView {
  attempt: number;
  status: ExecutionStatus;
  reason: string | null;
  message: string | null;
  exitCode: number | null;
  startedAt: string | null;
  finishedAt: string | null;
  steps: StepReport[];
  logTail: string | null;
  evidence: string | null;
}

/** How far the download of the current attempt is; lossy, at most two seconds old while it runs. */
export interface DownloadProgress {
  bytesDone: number;
  bytesTotal: number;
  at: string;
}

export class JobsRef {
  /** at most 1,000 ids; answers in the same order, null for a job without executions yet */
  @IsArray() @IsUUID(undefined, { each: true }) jobIds: string[];
}

export class JobReportRequest {
  @IsUUID() jobId: string;
}

export interface JobSummary {
  jobId: string;
  run: number;
  total: number;
  counters: ExecutionCounters;
  finished: number;
  /** by wave, from 1; one when the run has one */
  waves: { wave: number; total: number; counters: ExecutionCounters }[];
}

export class ExecutionListRequest extends PageQuery {
  @IsUUID() jobId: string;
}

export class ComputerExecutionListRequest extends PageQuery {
  @IsUUID() computerId: string;
}

export class ExecutionRef {
  @IsUUID() jobId: string;
  @IsUUID() computerId: string;
}

/** Changed executions after a position, coalesced to their newest state; the position is opaque and survives restarts. */
export class ExecutionChangesRequest {
  @IsUUID() jobId: string;
  /** absent: from now on (answers the current position and no items) */
  @IsOptional() @IsString() @MaxLength(200) position?: string;
  @IsInt() @Min(1) @Max(1000) limit: number;
}

export interface ExecutionChanges {
  items: ExecutionView[];
  position: string;
  /** more are ready now */
  more: boolean;
}

/** Starts a new attempt for those that are final and match. Idempotent by `requestId`. */
export class ReopenExecutions {
  @IsUUID() requestId: string;
  @IsUUID() jobId: string;
  @IsInt() @Min(1) run: number;
  @IsIn(['failed', 'unsuccessful', 'computers', 'filter']) only: 'failed' | 'unsuccessful' | 'computers' | 'filter';
  @IsOptional() @IsArray() @IsUUID(undefined, { each: true }) computers?: string[];
  /** RSQL, with `only: 'filter'` */
  @IsOptional() @IsString() @MaxLength(2000) filter?: string;
  /** true: nothing is reopened; a filter that makes no sense is refused */
  @IsOptional() @IsBoolean() dryRun?: boolean;
  /** number of the new attempt, chosen by the scheduler, above every earlier one */
  @IsInt() @Min(2) attempt: number;
  /** page through the reopened computers in ascending id */
  @IsOptional() @IsUUID() after?: string;
}

export interface ReopenedExecutions {
  /** how many were reopened in all */
  total: number;
  /** how many of those had failed: failed, rejected or timed out */
  failed: number;
  /** at most 5,000 ids */
  computerIds: string[];
  after: string | null;
}

/** Computers become targets of a run that has begun. The same again changes nothing. */
export class JoinExecutions {
  @IsUUID() jobId: string;
  @IsInt() @Min(1) run: number;
  /** waves up to this one have been released */
  @IsInt() @Min(0) @Max(1000) released: number;
  /** attempts that a computer may make for each order */
  @IsInt() @Min(1) @Max(10) attempts: number;
  /** true: the computers are told little by little */
  @IsOptional() @IsBoolean() paced?: boolean;
  @IsOptional() @IsObject() @ValidateNested() @Type(() => TimeoutLimits) timeouts?: TimeoutLimits;
  @IsObject() @ValidateNested() @Type(() => AssignedReach) reach: AssignedReach;
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(TARGETS_CHUNK)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => AssignedTarget)
  targets: AssignedTarget[];
}

export interface JoinedExecutions {
  /** number of targets of the run, these included */
  total: number;
  /** of each wave that has any, the first one first */
  waves: { wave: number; total: number }[];
  /** those whose execution is not final; a computer that was removed meanwhile is not among them */
  open: string[];
}

/** Who is at work in a run: checking, downloading or installing. */
export class AtWorkRequest {
  @IsUUID() jobId: string;
  @IsInt() @Min(1) run: number;
  @IsInt() @Min(1) @Max(5000) limit: number;
}

export interface AtWork {
  computerIds: string[];
}

export class OpenExecutionsRequest {
  @IsUUID() computerId: string;
}

export interface OpenExecutions {
  executions: { jobId: string; run: number; attempt: number; status: ExecutionStatus }[];
}

export class AnomalyListRequest extends PageQuery {
  @IsOptional() @IsUUID() jobId?: string;
}

export interface AnomalyView {
  id: string;
  jobId: string;
  computerId: string;
  attempt: number;
  kind: string;
  report: object;
  at: string;
  /** how many its computer has caused so far; only the newest of them are kept */
  computerTotal: number;
}

export interface ResultRpc {
  [RESULT_RPC.report]: { request: JobReportRequest; response: JobReport };
  [RESULT_RPC.jobSummary]: { request: JobsRef; response: { items: (JobSummary | null)[] } };
  [RESULT_RPC.list]: { request: ExecutionListRequest; response: Page<ExecutionView> };
  [RESULT_RPC.listOfComputer]: { request: ComputerExecutionListRequest; response: Page<ExecutionView> };
  [RESULT_RPC.get]: {
    request: ExecutionRef;
    response: ExecutionView & { attempts: AttemptView[]; download?: DownloadProgress | null };
  };
  [RESULT_RPC.changes]: { request: ExecutionChangesRequest; response: ExecutionChanges };
  [RESULT_RPC.reopen]: { request: ReopenExecutions; response: ReopenedExecutions };
  [RESULT_RPC.join]: { request: JoinExecutions; response: JoinedExecutions };
  [RESULT_RPC.atWork]: { request: AtWorkRequest; response: AtWork };
  [RESULT_RPC.openOfComputer]: { request: OpenExecutionsRequest; response: OpenExecutions };
  [RESULT_RPC.anomalies]: { request: AnomalyListRequest; response: Page<AnomalyView> };
}
