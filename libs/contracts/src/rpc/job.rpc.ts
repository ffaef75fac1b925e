import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsDefined,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import type { JobAction, JobStatus } from '../status/job-status.js';
import type { AuditQuery, AuditSlice } from './audit.rpc.js';
import type { PlatformCount } from './fleet.rpc.js';
import { CreateJob, type LateJoiners } from './job-order.js';
import type { SignatureView } from './package.rpc.js';
import { JobRetry } from './retry.js';
import { type PlannedRollout, StopWhen } from './rollout.js';
import { JobTimeouts } from './timeouts.js';
import { JobUser } from './job-user.js';
import { type Page, PageQuery } from './page.js';

export const JOB_RPC = {
  create: 'job.create.v1',
  preview: 'job.preview.v1',
  get: 'job.get.v1',
  order: 'job.order.v1',
  list: 'job.list.v1',
  cancel: 'job.cancel.v1',
  approve: 'job.approve.v1',
  pause: 'job.pause.v1',
  resume: 'job.resume.v1',
  reexecute: 'job.re-execute.v1',
  commandsFor: 'job.commands-for.v1',
  downloadAuthorize: 'job.download.authorize.v1',
  auditList: 'job.audit.list.v1',
} as const;

export class JobRef {
  @IsUUID() id: string;
}

/** What was ordered when a job was made, as it came. */
export interface JobOrder {
  job: CreateJob;
}

/** Request of the service behind `POST /jobs`. */
export class CreateJobRequest {
  @IsObject() @ValidateNested() @Type(() => CreateJob) job: CreateJob;
  /** chosen by the caller so that a repeated request creates nothing twice: a job of this id that exists is answered as it is */
  @IsOptional() @IsUUID() id?: string;
}

/** What an order would mean if the job started now. Nothing is made. */
export class PreviewJobRequest {
  @IsObject() @ValidateNested() @Type(() => CreateJob) job: CreateJob;
}

/** Computers of one platform, and what the package has for them. */
export interface JobPreviewPlatform extends PlatformCount {
  /** number of the manifest's variant, from 0; null: none is for this platform, or nobody knows it yet */
  variant: number | null;
  /** of that variant's artifacts, for one computer */
  bytesEach: number;
}

export interface JobPreview {
  targets: {
    total: number;
    /** not connected: they act when they come back */
    offline: number;
    /** for which the package has no variant, or whose platform is not known yet */
    withoutVariant: number;
  };
  /** the most computers first */
  platforms: JobPreviewPlatform[];
  /** that travel when no computer has any of the files */
  bytes: number;
  /** who is in which wave is drawn when the job is made: numbers to be expected */
  waves: { number: number; percent: number; expected: number }[];
  /** why somebody other than its maker would have to approve it; null when nobody would */
  approval: string | null;
  /** what `confirmTargets` has to say before the job is made; null when nothing has to be confirmed */
  confirmTargets: number | null;
  schedule: {
    /** with the zone `local`: in the first zone, UTC+14 */
    startsAt: string;
    /** with the zone `local`: in the first zone, UTC+14 */
    installsAt: string | null;
    /** with the zone `local`: in the last zone, UTC-12 */
    expiresAt: string;
    /** all runs of a recurring job, and when the first ones start, at most twenty; null when it is done once */
    recurrence: { runs: number; next: string[] } | null;
  };
}

/** What becomes of a recurring job when one of its runs is canceled. */
const FOLLOWING_RUNS = ['cancel', 'keep'] as const;

export class CancelJob {
  @IsOptional() @IsString() @MaxLength(500) reason?: string;
  /** of a run of a recurring job: `cancel`, the default, ends the recurring job; `keep` cancels this run only, and the next one follows at its time */
  @IsOptional() @IsIn(FOLLOWING_RUNS) followingRuns?: (typeof FOLLOWING_RUNS)[number];
}

export class CancelJobRequest extends JobRef {
  @IsOptional() @IsString() @MaxLength(500) reason?: string;
  @IsOptional() @IsIn(FOLLOWING_RUNS) followingRuns?: (typeof FOLLOWING_RUNS)[number];
  @IsOptional() @IsInt() @Min(1) revision?: number;
}

/** Somebody other than who made the job lets it start, or somebody lets the next wave go. */
export class ApproveJobRequest extends JobRef {
  @IsOptional() @IsInt() @Min(1) revision?: number;
}

export class PauseJob {
  /** shown in the job and on the computers that wait */
  @IsOptional() @IsString() @MaxLength(500) reason?: string;
}

export class PauseJobRequest extends JobRef {
  @IsOptional() @IsString() @MaxLength(500) reason?: string;
  @IsOptional() @IsInt() @Min(1) revision?: number;
}

/** A job that was paused or has halted goes on: what halted it does not halt it again. */
export class ResumeJobRequest extends JobRef {
  @IsOptional() @IsInt() @Min(1) revision?: number;
}

/** Of re-execute: whoever is in the list and has ended. */
export class ReexecuteComputers {
  @IsArray() @ArrayMaxSize(5000) @ArrayUnique() @IsUUID(undefined, { each: true }) computers: string[];
}

/** Of re-execute: whoever fits and has ended. */
export class ReexecuteFilter {
  /** RSQL over executions as for lists of them, e.g. `reason==download.*` or `exitCode==1618` */
  @IsString() @Length(1, 2000) filter: string;
}

/** Body of re-execute: `{"only":"failed"}`, `{"only":"unsuccessful"}`, `{"only":{"computers":["…"]}}` or `{"only":{"filter":"…"}}`. */
export type ReexecuteOnly = 'failed' | 'unsuccessful' | ReexecuteComputers | ReexecuteFilter;

export class ReexecuteJobRequest extends JobRef {
  /** checked by the gateway and again by the service */
  @IsDefined() only: ReexecuteOnly;
  /** makes a repeated request harmless */
  @IsUUID() requestId: string;
  @IsOptional() @IsInt() @Min(1) revision?: number;
}

export interface Reexecuted {
  /** number of the new attempt, null when nobody matched */
  attempt: number | null;
  computers: number;
}

/** One wave of the current run. */
export interface WaveView {
  /** from 1 */
  number: number;
  /** cumulative */
  percent: number;
  status: 'pending' | 'released' | 'done';
  /** computers in this wave, null before the targets are known */
  total: number | null;
  releasedAt: string | null;
  /** who let the next wave go, where somebody must */
  approvedBy: string | null;
}

/** A run of a recurring job. All runs: `GET /jobs?filter=series=={id}`. */
export interface JobSeriesView {
  /** of the recurring job: the id of its first run */
  id: string;
  /** of this run, from 1 */
  number: number;
  /** runs in all */
  of: number;
  /** RRULE, as ordered */
  recurrence: string;
}

export interface JobView {
  id: string;
  name: string;
  status: JobStatus;
  /** why the job is where it is */
  statusReason: string | null;
  package: string;
  version: string;
  /** who vouches for the version, at this moment; null when nobody does */
  signature: SignatureView | null;
  action: JobAction;
  targets: {
    groups: string[];
    computers: string[];
    filter: string | null;
    exclude: { groups: string[]; computers: string[] };
    total: number | null;
  };
  schedule: {
    startAt: string | null;
    installAt: string | null;
    /** IANA name, or `local` for each computer's own time */
    zone: string;
    windows: 'group' | 'ignore';
    /** with the zone `local`: in the first zone, UTC+14 */
    startsAt: string;
    /** null: as soon as a computer has the files; with the zone `local`: in the first zone, UTC+14 */
    installsAt: string | null;
    /** with the zone `local`: in the last zone, UTC-12 */
    expiresAt: string;
  };
  /** of what recurring job it is a run; null: it is done once */
  series: JobSeriesView | null;
  /** as ordered; null: everybody at once */
  rollout: PlannedRollout | null;
  stopWhen: StopWhen | null;
  lateJoiners: LateJoiners;
  /** as ordered; null: no second attempt by itself */
  retry: JobRetry | null;
  timeouts: JobTimeouts | null;
  /** as ordered; null: nobody is told, nothing waits for anybody, and nothing restarts */
  user: JobUser | null;
  waves: WaveView[];
  priority: number;
  annotations: Record<string, string>;
  run: number;
  attempt: number;
  /** a re-execution was accepted, and its commands have not left yet */
  reexecuting: boolean;
  createdAt: string;
  createdBy: string;
  startedAt: string | null;
  finishedAt: string | null;
  /** from then on only its counters and its report are kept, and it is not executed again; null while everything is */
  archivedAt: string | null;
  /** why somebody other than its maker must approve it before it starts, and who did; null when nobody must */
  approval: {
    reason: string;
    /** guarded groups that it is for or reaches, as far as the caller may see them */
    groups: string[];
    approvedBy: string | null;
    approvedAt: string | null;
  } | null;
  revision: number;
}

/** Signed commands for what one computer still has to do; asked by fleet for desired state. */
export class CommandsFor {
  @IsUUID() computerId: string;
  @IsArray() @ArrayMaxSize(1000) executions: { jobId: string; run: number; attempt: number }[];
}

export interface CommandsForAnswer {
  /** compact JWS each, audience `{computer}` */
  commands: string[];
}

/** May this computer fetch this artifact? Yes when an open run targets it and the version holds the artifact. */
export class AuthorizeDownload {
  @IsUUID() computerId: string;
  @Matches(/^[0-9a-f]{64}$/) sha256: string;
}

export type DownloadAuthorization = { allowed: true; objectKey: string; size: number } | { allowed: false };

export interface JobRpc {
  [JOB_RPC.create]: { request: CreateJobRequest; response: JobView };
  [JOB_RPC.preview]: { request: PreviewJobRequest; response: JobPreview };
  [JOB_RPC.get]: { request: JobRef; response: JobView };
  [JOB_RPC.order]: { request: JobRef; response: JobOrder };
  [JOB_RPC.list]: { request: PageQuery; response: Page<JobView> };
  [JOB_RPC.approve]: { request: ApproveJobRequest; response: JobView };
  [JOB_RPC.pause]: { request: PauseJobRequest; response: JobView };
  [JOB_RPC.resume]: { request: ResumeJobRequest; response: JobView };
  [JOB_RPC.cancel]: { request: CancelJobRequest; response: JobView };
  [JOB_RPC.reexecute]: { request: ReexecuteJobRequest; response: Reexecuted };
  [JOB_RPC.commandsFor]: { request: CommandsFor; response: CommandsForAnswer };
  [JOB_RPC.downloadAuthorize]: { request: AuthorizeDownload; response: DownloadAuthorization };
  [JOB_RPC.auditList]: { request: AuditQuery; response: AuditSlice };
}
