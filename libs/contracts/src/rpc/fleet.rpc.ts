import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsISO8601,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import type { SoftwareSource } from '../versions/version-key.js';
import { type Weekday, WEEKDAYS } from '../windows/opening.js';
import { IsSingleLine } from '../validation/single-line.js';
import type { AuditQuery, AuditSlice } from './audit.rpc.js';
import { type Page, PageQuery } from './page.js';

// no "..": a group's name stands in paths
const GROUP_NAME = /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9 ._/-]{0,127}$/;
const GROUP_MESSAGE =
  'must be 1-128 letters, digits, spaces or . _ / -, starting with a letter or digit, e.g. accounting';

export const FLEET_RPC = {
  computerList: 'computer.list.v1',
  computerGet: 'computer.get.v1',
  computerUpdate: 'computer.update.v1',
  computerRemove: 'computer.remove.v1',
  computerSoftware: 'computer.software.v1',
  groupCreate: 'group.create.v1',
  groupPreview: 'group.preview.v1',
  groupUpdate: 'group.update.v1',
  groupGet: 'group.get.v1',
  groupList: 'group.list.v1',
  groupRemove: 'group.remove.v1',
  groupMembersList: 'group.members.list.v1',
  groupMembersAdd: 'group.members.add.v1',
  groupMembersRemove: 'group.members.remove.v1',
  enrolmentTokenCreate: 'enrolment-token.create.v1',
  enrolmentTokenList: 'enrolment-token.list.v1',
  enrolmentTokenRemove: 'enrolment-token.remove.v1',
  targetsResolve: 'targets.resolve.v1',
  targetsPreview: 'targets.preview.v1',
  auditList: 'fleet.audit.list.v1',
} as const;

export interface ComputerView {
  id: string;
  name: string;
  os: string | null;
  arch: string | null;
  distribution: string | null;
  agentVersion: string | null;
  online: boolean;
  lastSeenAt: string | null;
  enrolledAt: string;
  groups: string[];
  attributes: Record<string, string>;
  /** CPU, memory, disks, addresses as the agent sent them; absent in lists */
  inventory?: object | null;
  revision: number;
}

export class ComputerRef {
  @IsUUID() id: string;
}

export class UpdateComputer {
  /** replaces all attributes; keys 1-64 characters, values up to 256, at most 100 */
  @IsOptional() @IsObject() attributes?: Record<string, string>;
  @IsOptional() @IsString() @Length(1, 255) @IsSingleLine() name?: string;
}

export class UpdateComputerRequest extends ComputerRef {
  @IsObject() changes: UpdateComputer;
  @IsOptional() @IsInt() @Min(1) revision?: number;
}

export class SoftwareListRequest extends PageQuery {
  @IsUUID() id: string;
}

export interface SoftwareView {
  name: string;
  version: string;
  source: SoftwareSource;
}

const TIME_OF_DAY = /^([01]\d|2[0-3]):[0-5]\d$/;
const END_OF_INTERVAL = /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/;

/** A weekly interval, e.g. `{"days":["SA","SU"],"from":"22:00","to":"04:00"}`: from ten in the evening to four the next morning. */
export class WindowInterval {
  /** on which it begins: MO, TU, WE, TH, FR, SA, SU */
  @IsArray() @ArrayMinSize(1) @ArrayUnique() @IsIn(WEEKDAYS, { each: true }) days: Weekday[];
  /** `HH:MM` */
  @IsString() @Matches(TIME_OF_DAY, { message: '$property must be a time of day, e.g. 22:00' }) from: string;
  /** `HH:MM`; not later than `from`: of the next day; `24:00`: the end of the day */
  @IsString()
  @Matches(END_OF_INTERVAL, { message: '$property must be a time of day, e.g. 04:00, up to 24:00' })
  to: string;
}

/** When computers may be changed; they fetch what they need at any time. */
export class InstallWindows {
  /** IANA name, e.g. `Asia/Tokyo` */
  @IsString() @MaxLength(64) zone: string;
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(50)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => WindowInterval)
  intervals: WindowInterval[];
}

export class CreateGroup {
  @Matches(GROUP_NAME, { message: `name ${GROUP_MESSAGE}` }) name: string;
  /** `static`: members are listed; `dynamic`: members are the computers that fit `filter`, now and later */
  @IsIn(['static', 'dynamic'], { message: 'kind must be "static" or "dynamic"' }) kind: GroupKind;
  /**
   * Of a dynamic group, RSQL over id, name, hostname, os, arch, distribution, agentVersion, enrolledAt, memoryBytes, cpu, `attribute.<key>`,
   * `software.<name>` (the version as text; `==*` installed, `!=*` not installed) and `software.<name>.version` (ordered).
   */
  @IsOptional() @IsString() @Length(1, 8192) filter?: string;
  @IsOptional() @IsString() @MaxLength(1000) description?: string;
  /**
   * when its computers may be changed. Without any of its own a group has those of the nearest group above it by its name: `emea/accounting` those of `emea`. A
   * computer of several groups may be changed when the windows of one of them are open; one without windows always
   */
  @IsOptional() @IsObject() @ValidateNested() @Type(() => InstallWindows) windows?: InstallWindows;
}

export type GroupKind = 'static' | 'dynamic';

/** What may be changed of a group. */
export class UpdateGroup {
  /** of a dynamic group; its members follow within seconds */
  @IsOptional() @IsString() @Length(1, 8192) filter?: string;
  @IsOptional() @IsString() @MaxLength(1000) description?: string;
  /** see `POST /groups`; `null`: none of its own any more */
  @IsOptional() @IsObject() @ValidateNested() @Type(() => InstallWindows) windows?: InstallWindows | null;
}

export class UpdateGroupRequest {
  @IsString() @MaxLength(128) name: string;
  @IsObject() changes: UpdateGroup;
  @IsOptional() @IsInt() @Min(1) revision?: number;
}

export class GroupRef {
  @IsString() @MaxLength(128) name: string;
}

export interface GroupView {
  id: string;
  name: string;
  kind: GroupKind;
  /** of a dynamic group */
  filter: string | null;
  description: string | null;
  /** its own; null: none */
  windows: InstallWindows | null;
  /** name of the group whose windows hold for it: itself, or one above it; null: it may always be changed */
  windowsOf: string | null;
  members: number;
  createdAt: string;
  revision: number;
}

/** Who would be in a dynamic group: `POST /groups?dryRun=true`. */
export interface GroupPreview {
  /** computers that fit at this moment */
  members: number;
  /** all computers there are, for comparison */
  computers: number;
  /** the first twenty by name */
  sample: ComputerView[];
}

export class MembersListRequest extends PageQuery {
  @IsString() @MaxLength(128) name: string;
}

export class ChangeMembers extends GroupRef {
  @IsArray() @ArrayMaxSize(5000) @ArrayUnique() @IsUUID(undefined, { each: true }) computers: string[];
}

export interface MembersChanged {
  changed: number;
  members: number;
}

export class CreateEnrolmentToken {
  /** groups that a computer joins when it enrols with this token */
  @IsOptional() @IsArray() @ArrayMaxSize(100) @ArrayUnique() @IsString({ each: true }) groups?: string[];
  /** default 1 */
  @IsOptional() @IsInt() @Min(1) @Max(1_000_000) maxUses?: number;
  /** default in 24 hours */
  @IsOptional() @IsISO8601({ strict: true }) expiresAt?: string;
}

export interface EnrolmentTokenView {
  id: string;
  groups: string[];
  maxUses: number;
  uses: number;
  expiresAt: string;
  createdAt: string;
}

export class EnrolmentTokenRef {
  @IsUUID() id: string;
}

/**
 * Targets of a job, page by page in ascending computer id. The first page fixes `resolvedAt` (fleet's clock); later
 * pages pass it back. A computer in two groups appears once; exclusions are already taken out.
 */
export class ResolveTargets {
  @IsArray() @ArrayMaxSize(1000) @IsUUID(undefined, { each: true }) groupIds: string[];
  @IsArray() @ArrayMaxSize(5000) @IsUUID(undefined, { each: true }) computerIds: string[];
  @IsArray() @ArrayMaxSize(1000) @IsUUID(undefined, { each: true }) excludeGroupIds: string[];
  @IsArray() @ArrayMaxSize(5000) @IsUUID(undefined, { each: true }) excludeComputerIds: string[];
  @IsOptional() @IsUUID() after?: string;
  @IsInt() @Min(1) @Max(5000) limit: number;
  @IsOptional() @IsISO8601() resolvedAt?: string;
  /** names of groups of which who asks wants to know whether the targets are in them */
  @IsOptional() @IsArray() @ArrayMaxSize(1000) @IsString({ each: true }) guardedGroups?: string[];
  /** RSQL over what is known of computers; narrows groups and computers, or says alone who is meant */
  @IsOptional() @IsString() @MaxLength(2000) filter?: string;
  /** ids of computers; nobody else is looked at */
  @IsOptional() @IsArray() @ArrayMaxSize(5000) @IsUUID(undefined, { each: true }) among?: string[];
}

export interface ResolvedTarget {
  computerId: string;
  name: string;
  online: boolean;
  lastSeenAt: string | null;
  /** a member of at least one of `groupIds`, so that the group's stream reaches it */
  covered: boolean;
  /** `os/arch/distribution` as far as known, e.g. `linux/x64/debian`; null when the computer has not told yet */
  platform: string | null;
  /** its attribute `site`, cut to 200 characters; null when it has none */
  site: string | null;
  /** which of `groupIds` it is in, by index from 0 */
  groups: number[];
}

export interface ResolvedTargets {
  resolvedAt: string;
  targets: ResolvedTarget[];
  /** null on the last page */
  after: string | null;
  /**
   * Those of `groupIds` and `excludeGroupIds` that do not exist, seen in the same snapshot as the page: an exclusion that names one of
   * them has excluded nobody.
   */
  unknownGroupIds: string[];
  /** those of `guardedGroups` that at least one computer of the page is a member of, however it became a target */
  reachedGuarded: string[];
}

/** Who a job would be for at this moment, counted. */
export class PreviewTargets {
  @IsArray() @ArrayMaxSize(1000) @IsUUID(undefined, { each: true }) groupIds: string[];
  @IsArray() @ArrayMaxSize(5000) @IsUUID(undefined, { each: true }) computerIds: string[];
  @IsArray() @ArrayMaxSize(1000) @IsUUID(undefined, { each: true }) excludeGroupIds: string[];
  @IsArray() @ArrayMaxSize(5000) @IsUUID(undefined, { each: true }) excludeComputerIds: string[];
  /** as for {@link ResolveTargets} */
  @IsOptional() @IsArray() @ArrayMaxSize(1000) @IsString({ each: true }) guardedGroups?: string[];
  /** as for {@link ResolveTargets} */
  @IsOptional() @IsString() @MaxLength(2000) filter?: string;
}

/** Computers of one platform; null where a computer has not told yet. */
export interface PlatformCount {
  os: string | null;
  arch: string | null;
  distribution: string | null;
  computers: number;
  /** of these, not connected */
  offline: number;
}

export interface TargetsPreview {
  /** the most computers first */
  platforms: PlatformCount[];
  reachedGuarded: string[];
  /** all computers there are */
  fleet: number;
}

export interface FleetRpc {
  [FLEET_RPC.computerList]: { request: PageQuery; response: Page<ComputerView> };
  [FLEET_RPC.computerGet]: { request: ComputerRef; response: ComputerView };
  [FLEET_RPC.computerUpdate]: { request: UpdateComputerRequest; response: ComputerView };
  [FLEET_RPC.computerRemove]: { request: ComputerRef; response: Record<string, never> };
  [FLEET_RPC.computerSoftware]: { request: SoftwareListRequest; response: Page<SoftwareView> };
  [FLEET_RPC.groupCreate]: { request: CreateGroup; response: GroupView };
  [FLEET_RPC.groupPreview]: { request: CreateGroup; response: GroupPreview };
  [FLEET_RPC.groupUpdate]: { request: UpdateGroupRequest; response: GroupView };
  [FLEET_RPC.groupGet]: { request: GroupRef; response: GroupView };
  [FLEET_RPC.groupList]: { request: PageQuery; response: Page<GroupView> };
  [FLEET_RPC.groupRemove]: { request: GroupRef; response: Record<string, never> };
  [FLEET_RPC.groupMembersList]: { request: MembersListRequest; response: Page<ComputerView> };
  [FLEET_RPC.groupMembersAdd]: { request: ChangeMembers; response: MembersChanged };
  [FLEET_RPC.groupMembersRemove]: { request: ChangeMembers; response: MembersChanged };
  [FLEET_RPC.enrolmentTokenCreate]: {
    request: CreateEnrolmentToken;
    response: EnrolmentTokenView & { secret: string };
  };
  [FLEET_RPC.enrolmentTokenList]: { request: PageQuery; response: Page<EnrolmentTokenView> };
  [FLEET_RPC.enrolmentTokenRemove]: { request: EnrolmentTokenRef; response: Record<string, never> };
  [FLEET_RPC.targetsPreview]: { request: PreviewTargets; response: TargetsPreview };
  [FLEET_RPC.targetsResolve]: { request: ResolveTargets; response: ResolvedTargets };
  [FLEET_RPC.auditList]: { request: AuditQuery; response: AuditSlice };
}
