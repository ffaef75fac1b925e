import { IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { PAGE_LIMIT } from './page.js';

/** A part of one service's audit log, in the order of its numbers. */
export class AuditQuery {
  /** RSQL over service, actor, actorId, action, objectType, objectId, requestId, at, seq */
  @IsOptional() @IsString() @MaxLength(8192) filter?: string;
  @IsIn(['oldest', 'newest']) first: 'oldest' | 'newest';
  /** number of the entry that the part before ended with */
  @IsOptional() @IsInt() @Min(0) beyond?: number;
  /** one more than a page, so that the reader sees whether there is another */
  @IsInt() @Min(1) @Max(PAGE_LIMIT + 1) limit: number;
}

/** Who did something, when and to what. Before and after are SHA-256 digests (hex) of the object as canonical JSON. */
export interface AuditEntryView {
  service: string;
  /** number within the service's log, from 1 without gaps */
  seq: number;
  at: string;
  actor: { kind: 'user' | 'apiToken' | 'service'; id: string; name: string };
  /** e.g. `job.created` */
  action: string;
  object: { type: string; id: string };
  before: string | null;
  after: string | null;
  /** more about it, without secrets */
  details: Record<string, unknown>;
  /** of the HTTP request; null where the service acted by itself */
  requestId: string | null;
  /** of the client; null where the service acted by itself */
  address: string | null;
  /** SHA-256 (hex) of the hash before and this entry */
  hash: string;
}

export interface AuditSlice {
  items: AuditEntryView[];
}
