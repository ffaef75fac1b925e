import { IsInt, IsObject, IsOptional, IsString, IsUUID, Length, Matches, MaxLength, Min } from 'class-validator';
import type { Manifest } from '../manifest/manifest.js';
import { JWS_MAX_CHARACTERS } from '../trust/key-set.js';
import { IsSingleLine } from '../validation/single-line.js';
import type { AuditQuery, AuditSlice } from './audit.rpc.js';
import { MULTIPART_RPC, type MultipartRpc } from './multipart.rpc.js';
import { type Page, PageQuery } from './page.js';

const NAME = /^[a-z0-9][a-z0-9._-]{0,127}$/;
const NAME_MESSAGE = 'name must be 1-128 lower-case letters, digits, dot, dash or underscore, e.g. acme-ledger';

export const PACKAGE_RPC = {
  create: 'package.create.v1',
  get: 'package.get.v1',
  list: 'package.list.v1',
  update: 'package.update.v1',
  remove: 'package.remove.v1',
  versionCreate: 'package.version.create.v1',
  versionGet: 'package.version.get.v1',
  versionList: 'package.version.list.v1',
  versionManifest: 'package.version.manifest.v1',
  versionPublish: 'package.version.publish.v1',
  versionWithdraw: 'package.version.withdraw.v1',
  uploadBegin: 'package.upload.begin.v1',
  uploadComplete: 'package.upload.complete.v1',
  uploadAbort: 'package.upload.abort.v1',
  auditList: 'package.audit.list.v1',
  ...MULTIPART_RPC,
} as const;

export class CreatePackage {
  @Matches(NAME, { message: NAME_MESSAGE }) name: string;
  @IsString() @Length(1, 200) @IsSingleLine() title: string;
  @IsOptional() @IsString() @MaxLength(200) @IsSingleLine() publisher?: string;
  @IsOptional() @IsString() @MaxLength(4000) description?: string;
  @IsOptional() @IsString() @MaxLength(100) @IsSingleLine() category?: string;
}

export class UpdatePackage {
  @IsOptional() @IsString() @Length(1, 200) @IsSingleLine() title?: string;
  @IsOptional() @IsString() @MaxLength(200) @IsSingleLine() publisher?: string;
  @IsOptional() @IsString() @MaxLength(4000) description?: string;
  @IsOptional() @IsString() @MaxLength(100) @IsSingleLine() category?: string;
}

export class PackageRef {
  @IsString() @MaxLength(128) name: string;
}

export class UpdatePackageRequest extends PackageRef {
  @IsObject() changes: UpdatePackage;
  /** the revision the caller saw (`If-Match`); another one is a conflict `precondition.failed` */
  @IsOptional() @IsInt() @Min(1) revision?: number;
}

export interface PackageView {
  name: string;
  title: string;
  publisher: string | null;
  description: string | null;
  category: string | null;
  createdAt: string;
  updatedAt: string;
  revision: number;
}

export class VersionRef {
  @IsString() @MaxLength(128) package: string;
  @IsString() @MaxLength(128) version: string;
}

/** Body of `POST …/actions/publish`. */
export class PublishVersion {
  /**
   * compact JWS (typ `waybill-manifest+jws`, EdDSA, `kid` of a publishing key) over the exact bytes of `GET …/manifest`;
   * the payload may be left out (`header..signature`). Absent: the package service signs, if it has a key
   */
  @IsOptional() @IsString() @MaxLength(JWS_MAX_CHARACTERS) signature?: string;
}

export class PublishVersionRequest extends VersionRef {
  @IsOptional() @IsString() @MaxLength(JWS_MAX_CHARACTERS) signature?: string;
}

export class CreateVersion {
  @IsString() @MaxLength(128) package: string;
  /** unvalidated manifest; every problem is answered with its JSON pointer */
  @IsObject() manifest: object;
}

export class VersionListRequest extends PageQuery {
  @IsString() @MaxLength(128) package: string;
}

export type VersionStatus = 'draft' | 'published' | 'withdrawn';

/** Who vouches for a version. `status` is of this moment: a key may be revoked after it signed. */
export interface SignatureView {
  kid: string;
  /** null when the key is no longer in the key set */
  holder: 'organisation' | 'service' | null;
  status: 'valid' | 'revoked' | 'expired' | 'notYetValid' | 'unknown';
}

/** What is, or is to be, signed. */
export interface VersionManifest {
  /** the exact text (RFC 8785) */
  manifest: string;
  /** `sha256:<hex>` of it */
  manifestDigest: string;
  /** compact JWS over it, null before publication */
  signedManifest: string | null;
}

export interface VersionView {
  id: string;
  package: string;
  version: string;
  versionScheme: 'semver' | 'debian' | 'rpm' | 'dotted';
  status: VersionStatus;
  manifest: Manifest;
  manifestDigest: string | null;
  /** null before publication, and of versions published before there were signatures: publish them once more */
  signature: SignatureView | null;
  artifacts: { file: string; sha256: string | null; size: number | null; uploaded: boolean }[];
  createdAt: string;
  publishedAt: string | null;
  withdrawnAt: string | null;
  revision: number;
}

/** The gateway is about to stream a file into object storage. */
export class BeginUpload extends VersionRef {
  @IsString() @MaxLength(255) file: string;
}

export interface UploadTicket {
  uploadId: string;
  /** object to write; it becomes visible to agents only when the upload is completed and the version published */
  objectKey: string;
}

/** The bytes are in object storage. Idempotent by `uploadId`. */
export class CompleteUpload {
  @IsUUID() uploadId: string;
  @Matches(/^[0-9a-f]{64}$/) sha256: string;
  /** bytes */
  @IsInt() @Min(0) size: number;
}

export interface ArtifactView {
  file: string;
  sha256: string;
  size: number;
  /** true when the same bytes were stored before and this copy was dropped */
  deduplicated: boolean;
}

export class AbortUpload {
  @IsUUID() uploadId: string;
}

export interface PackageRpc extends MultipartRpc {
  [PACKAGE_RPC.create]: { request: CreatePackage; response: PackageView };
  [PACKAGE_RPC.get]: { request: PackageRef; response: PackageView };
  [PACKAGE_RPC.list]: { request: PageQuery; response: Page<PackageView> };
  [PACKAGE_RPC.update]: { request: UpdatePackageRequest; response: PackageView };
  [PACKAGE_RPC.remove]: { request: PackageRef; response: Record<string, never> };
  [PACKAGE_RPC.versionCreate]: { request: CreateVersion; response: VersionView };
  [PACKAGE_RPC.versionGet]: { request: VersionRef; response: VersionView };
  [PACKAGE_RPC.versionList]: { request: VersionListRequest; response: Page<VersionView> };
  [PACKAGE_RPC.versionManifest]: { request: VersionRef; response: VersionManifest };
  [PACKAGE_RPC.versionPublish]: { request: PublishVersionRequest; response: VersionView };
  [PACKAGE_RPC.versionWithdraw]: { request: VersionRef; response: VersionView };
  [PACKAGE_RPC.uploadBegin]: { request: BeginUpload; response: UploadTicket };
  [PACKAGE_RPC.uploadComplete]: { request: CompleteUpload; response: ArtifactView };
  [PACKAGE_RPC.uploadAbort]: { request: AbortUpload; response: Record<string, never> };
  [PACKAGE_RPC.auditList]: { request: AuditQuery; response: AuditSlice };
}
