import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
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
import type { CatalogueItem } from './offer.rpc.js';
import type { SoftwareSource } from '../versions/version-key.js';
import type { GroupWindows } from '../windows/opening.js';
import { IsSingleLine } from '../validation/single-line.js';

/** Bodies and answers of the agent door, `http://…:8081/agent/v1` (api.md). */

/** `POST /enrol`. */
export class EnrolRequest {
  /** secret of an enrolment token */
  @IsString() @Length(16, 200) token: string;
  /** Ed25519 public key, SPKI DER in base64url */
  @IsString()
  @Matches(/^[A-Za-z0-9_-]{40,120}$/, {
    message:
      'publicKey must be an Ed25519 public key, SPKI DER in base64url without padding, e.g. MCowBQYDK2VwAyEA and 43 more characters',
  })
  publicKey: string;
  @IsString() @Length(1, 255) @IsSingleLine() hostname: string;
  @IsOptional() @IsIn(['linux', 'windows', 'macos']) os?: string;
  @IsOptional() @IsIn(['amd64', 'arm64']) arch?: string;
  @IsOptional() @IsString() @MaxLength(64) distribution?: string;
  @IsOptional() @IsString() @MaxLength(64) agentVersion?: string;
  /** e.g. department, site */
  @IsOptional() @IsObject() attributes?: Record<string, string>;
}

/** Enrolling the same public key again with a valid token answers the same computer id. */
export interface EnrolResponse {
  computerId: string;
  /** see {@link SessionResponse.keySets}; the computer pins the newest, or what its own root fingerprint leads to */
  keySets: string[];
}

/** `POST /token`: RFC 7523 client assertion, signed EdDSA with the computer's key. `iss`=`sub`=`a-<id>`, `aud`=`waybill-fleet`, `jti`, `exp` ≤ 5 min. */
export class TokenRequest {
  @IsIn(['client_credentials']) grant_type: 'client_credentials';
  @IsIn(['urn:ietf:params:oauth:client-assertion-type:jwt-bearer'])
  client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
  @IsString() @MaxLength(8192) client_assertion: string;
}

export interface TokenResponse {
  /** password for the broker (user `a-<id>`) and bearer token for the agent door */
  access_token: string;
  token_type: 'Bearer';
  /** seconds */
  expires_in: number;
  scope: string;
}

/** `GET /session`. */
export interface SessionResponse {
  computerId: string;
  /** RFC 3339; the agent corrects its clock by it */
  time: string;
  broker: { url: string; vhost: string };
  subscriptions: Subscription[];
  /** the signed key set (compact JWS), preceded by the earlier sets that it is proven by, oldest first */
  keySets: string[];
  /** of its groups; when one of them is open it may be changed. None: always. Absent from servers that know of none */
  windows?: GroupWindows[];
}

/** A stream to read. `generation` changes when it was recreated: the stored offset is void then. */
export type Subscription =
  | { kind: 'group'; groupId: string; stream: string; generation: number; memberSince: string }
  | { kind: 'inbox'; stream: string; generation: number; memberSince: string };

/** `GET /desired-state`: commands (compact JWS) for every open execution; the agent drops what is not in it and has not begun. */
export interface DesiredStateResponse {
  commands: string[];
  open: { jobId: string; run: number; attempt: number }[];
}

/** `GET /catalogue`: what is offered to the computer's groups; its users may install it themselves. */
export interface CatalogueResponse {
  items: CatalogueItem[];
}

/** `POST /catalogue/{offerId}/requests`. */
export class InstallOfferRequest {
  /** chosen by the computer: the same again asks for nothing twice */
  @IsUUID() requestId: string;
}

/** `POST /downloads/{sha256}`. */
export interface DownloadTicket {
  url: string;
  size: number;
  expiresAt: string;
}

export class InventorySoftware {
  @IsString() @MaxLength(255) name: string;
  @IsString() @MaxLength(255) version: string;
  @IsIn(['dpkg', 'rpm', 'registry', 'waybill']) source: SoftwareSource;
}

/** `PUT /inventory` (JSON, may be gzip). Replaces the stored inventory. */
export class InventoryRequest {
  @IsString() @Length(1, 255) @IsSingleLine() hostname: string;
  @IsIn(['linux', 'windows', 'macos']) os: string;
  @IsIn(['amd64', 'arm64']) arch: string;
  @IsOptional() @IsString() @MaxLength(64) distribution?: string;
  @IsString() @MaxLength(64) agentVersion: string;
  @IsOptional() @IsInt() @Min(0) memoryBytes?: number;
  @IsOptional() @IsString() @MaxLength(200) cpu?: string;
  @IsOptional() @IsArray() @ArrayMaxSize(256) disks?: { path: string; sizeBytes: number; freeBytes: number }[];
  @IsOptional() @IsArray() @ArrayMaxSize(256) @IsString({ each: true }) addresses?: string[];
  /** milliseconds the computer's clock is ahead of the server's */
  @IsOptional() @IsInt() clockSkewMs?: number;
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(20_000)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => InventorySoftware)
  software?: InventorySoftware[];
}
