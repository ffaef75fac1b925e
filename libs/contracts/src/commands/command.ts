import type { JobAction } from '../status/job-status.js';
import type { UserPolicy } from './user-policy.js';
import type { RetryPolicy } from '../status/retry.js';
import type { Selector } from '../targeting/selector.js';
import type { LocalTimes } from '../time/local-times.js';

/** Who a command is for: every reader of a group's stream, readers of an inbox shard, or one computer (desired state). */
export type Audience = { group: string; generation: number } | { shard: number } | { computer: string };

interface CommandHeader {
  /** UUIDv7; equals the message id */
  id: string;
  v: 1;
  audience: Audience;
  /** gapless per stream, from 1; 0 in answers of desired state */
  seq: number;
  /** RFC 3339 UTC */
  issuedAt: string;
  expiresAt: string;
}

/** Do the job's action. An execution is (jobId, run, computer); a broadcast needs no per-computer ids. */
export interface ExecuteCommand extends CommandHeader {
  kind: 'execute';
  jobId: string;
  run: number;
  attempt: number;
  priority: number;
  action: JobAction;
  /** compact JWS of the publisher over the canonical manifest; the command's own signature does not replace it */
  signedManifest: string;
  /** `sha256:<hex>` of the published manifest: ties the two signatures together */
  manifestDigest: string;
  selector: Selector;
  /** Moment at which the targets were resolved (fleet's clock): a broadcast concerns those who were members then. */
  resolvedAt: string;
  lateJoiners: 'include' | 'exclude';
  exclude: { groups: string[]; computers: string[] };
  /** of the job when this was said; an earlier word that it waits is over then */
  revision?: number;
  /**
   * when to act, if later than at once: a moment, or `local` when `local` says it. An agent that knows moments only does not understand the
   * latter and says so, instead of acting at a time that nobody ordered
   */
  installAt?: string;
  /** by the clock of each computer; there exactly when `installAt` is `local` */
  local?: LocalTimes;
  /** the windows of the computer's groups do not matter */
  windows?: 'ignore';
  /** whoever hears of it later does not begin */
  acceptBy?: string;
  /** absent: an attempt that failed is the last one */
  retry?: RetryPolicy;
  /** absent: nobody is told, nothing waits for anybody, and nothing restarts */
  user?: UserPolicy;
}

/** Whatever of this job has not begun installing must not begin. */
export interface CancelCommand extends CommandHeader {
  kind: 'cancel';
  jobId: string;
  run: number;
  /** attempts up to and including this one */
  attempt: number;
  selector: Selector;
  /** status to report for what has not begun: the job was canceled, or it expired */
  status: 'canceled' | 'expired';
  reason: string;
  /** why, when it is not the job that ended */
  code?: 'target.left';
}

/** What of this job has not begun installing waits, or no longer waits. Of two such words that of the higher revision counts. */
export interface HoldCommand extends CommandHeader {
  kind: 'hold';
  jobId: string;
  run: number;
  /** attempts up to and including this one */
  attempt: number;
  selector: Selector;
  /** of the job when this was decided */
  revision: number;
  /** false: it goes on */
  held: boolean;
  reason: string;
}

/** Groups of the computer changed: fetch a new token and session. Sent by fleet to inbox shards, not part of the gapless sequence (seq 0). */
export interface SessionRefreshNotice extends CommandHeader {
  kind: 'session.refresh';
  computerId: string;
}

export type Command = ExecuteCommand | CancelCommand | HoldCommand | SessionRefreshNotice;

/** Message type of a command on the streams. */
export const COMMAND_TYPES = {
  execute: 'command.execute.v1',
  cancel: 'command.cancel.v1',
  hold: 'command.hold.v1',
  'session.refresh': 'command.session.refresh.v1',
} as const satisfies Record<Command['kind'], string>;

/** Header of the compact JWS that carries a command (`alg` is always EdDSA). */
export const COMMAND_JWS_TYPE = 'waybill-command+jws';

/** Content type of messages on command streams: the body is a compact JWS whose payload is a {@link Command}. */
export const COMMAND_CONTENT_TYPE = 'application/jose';

/** Flat header that carries the command's `seq`, readable without verifying. */
export const SEQ_HEADER = 'x-waybill-seq';

/** Stream filter header; the broker filters per chunk only, the agent checks the selector again. */
export const STREAM_FILTER_HEADER = 'x-stream-filter-value';
