import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import type { ArtifactView } from './package.rpc.js';

/** Uploads whose bytes go from the client straight to object storage, in parts. */
export const MULTIPART_RPC = {
  multipartBegin: 'package.multipart.begin.v1',
  multipartGet: 'package.multipart.get.v1',
  multipartComplete: 'package.multipart.complete.v1',
  multipartOutcome: 'package.multipart.outcome.v1',
  multipartAbort: 'package.multipart.abort.v1',
} as const;

const MAX_SIZE = 5 * 1024 ** 4;

/** What a client announces. */
export class MultipartAnnouncement {
  /** name of the file, as the manifest has it */
  @IsString() @MaxLength(255) file: string;
  /** bytes of the whole file, at most 5 TiB */
  @IsInt()
  @Min(0)
  @Max(MAX_SIZE, { message: `$property must be at most ${MAX_SIZE} bytes (5 TiB)` })
  size: number;
  /** of the whole file; what arrives is checked against it */
  @IsOptional()
  @Matches(/^[0-9a-f]{64}$/, { message: '$property must be a SHA-256: 64 lower-case hexadecimal digits' })
  sha256?: string;
}

export class BeginMultipart extends MultipartAnnouncement {
  @IsString() @MaxLength(128) package: string;
  @IsString() @MaxLength(128) version: string;
}

/** One upload of a version. */
export class MultipartRef {
  @IsString() @MaxLength(128) package: string;
  @IsString() @MaxLength(128) version: string;
  @IsUUID() uploadId: string;
}

/** A part that the client has sent. */
export class SentPart {
  /** 1 is the first */
  @IsInt() @Min(1) @Max(10_000) number: number;
  /** the `ETag` that object storage answered, with or without its quotes */
  @IsString() @MaxLength(200) etag: string;
}

/** Every part of the upload, once. */
export class SentParts {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(10_000)
  @ValidateNested({ each: true })
  @Type(() => SentPart)
  parts: SentPart[];
}

export class CompleteMultipart extends SentParts {
  @IsString() @MaxLength(128) package: string;
  @IsString() @MaxLength(128) version: string;
  @IsUUID() uploadId: string;
}

/**
 * `open` → `verifying` → `completed`, or `refused`: the bytes are not what was announced or expected. An open one also ends as
 * `aborted` (somebody said so) or `abandoned` (it expired).
 */
export type MultipartState = 'open' | 'verifying' | 'completed' | 'refused' | 'aborted' | 'abandoned';

export interface MultipartPart {
  /** 1 is the first */
  number: number;
  /** bytes that it must have */
  size: number;
  /** it has arrived, whole */
  uploaded: boolean;
  /** of what has arrived; null when nothing has */
  etag: string | null;
}

export interface MultipartView {
  id: string;
  file: string;
  state: MultipartState;
  /** bytes announced */
  size: number;
  /** announced; null when it was not */
  sha256: string | null;
  /** bytes of every part but the last */
  partSize: number;
  parts: MultipartPart[];
  /** bytes that were read to verify the upload, so far */
  verified: number;
  /** an upload that is still open then is abandoned */
  expiresAt: string;
  /** once it is completed */
  artifact: ArtifactView | null;
  /** why it was refused */
  problem: { code: string; detail: string } | null;
}

/** An upload and where its parts go. */
export interface MultipartTicket {
  upload: MultipartView;
  objectKey: string;
  /** the object storage's own id of the upload */
  storageId: string;
}

/** How far a completion is; one that was refused is answered with its problem instead. */
export interface MultipartOutcome {
  /** bytes announced */
  size: number;
  /** bytes that were read to verify the upload, so far */
  verified: number;
  /** null while the upload is being verified */
  artifact: ArtifactView | null;
}

export interface MultipartRpc {
  [MULTIPART_RPC.multipartBegin]: { request: BeginMultipart; response: MultipartTicket };
  [MULTIPART_RPC.multipartGet]: { request: MultipartRef; response: MultipartTicket };
  [MULTIPART_RPC.multipartComplete]: { request: CompleteMultipart; response: MultipartOutcome };
  [MULTIPART_RPC.multipartOutcome]: { request: MultipartRef; response: MultipartOutcome };
  [MULTIPART_RPC.multipartAbort]: { request: MultipartRef; response: Record<string, never> };
}
