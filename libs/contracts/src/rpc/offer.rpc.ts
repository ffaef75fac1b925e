import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  ValidateNested,
  IsObject,
} from 'class-validator';
import { Type } from 'class-transformer';
import { IsSingleLine } from '../validation/single-line.js';
import type { Page, PageQuery } from './page.js';

export const OFFER_RPC = {
  create: 'offer.create.v1',
  list: 'offer.list.v1',
  remove: 'offer.remove.v1',
  requests: 'offer-request.list.v1',
  approve: 'offer-request.approve.v1',
  reject: 'offer-request.reject.v1',
  ofComputer: 'offer.of-computer.v1',
  take: 'offer.take.v1',
} as const;

/** `none`: users install it themselves; `required`: an administrator approves each request. */
export const OFFER_APPROVALS = ['none', 'required'] as const;
export type OfferApproval = (typeof OFFER_APPROVALS)[number];

export const OFFER_REQUEST_STATES = ['pending', 'approved', 'rejected'] as const;
export type OfferRequestState = (typeof OFFER_REQUEST_STATES)[number];

/** Body of `POST /offers`. */
export class CreateOffer {
  /** name of a package */
  @IsString() @Length(1, 128) package: string;
  /** a published version of it */
  @IsString() @Length(1, 128) version: string;
  /** names of groups; users of their computers see it in their catalogue */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(1000)
  @ArrayUnique()
  @IsString({ each: true })
  @Length(1, 200, { each: true })
  groups: string[];
  /** whether each request has to be approved, default `none` */
  @IsOptional() @IsIn(OFFER_APPROVALS) approval?: OfferApproval;
}

/** Body of `POST /offer-requests/{id}/actions/reject`. */
export class RejectOfferRequest {
  /** shown to whoever asked */
  @IsOptional() @IsString() @Length(1, 500) @IsSingleLine() reason?: string;
}

export class CreateOfferRequest {
  /** chosen by the caller so that a repeated request creates nothing twice */
  @IsUUID() id: string;
  @IsObject() @ValidateNested() @Type(() => CreateOffer) offer: CreateOffer;
}

export class OfferRef {
  @IsUUID() id: string;
}

export class RejectRequest extends OfferRef {
  @IsOptional() @IsString() @Length(1, 500) @IsSingleLine() reason?: string;
}

export interface OfferView {
  id: string;
  package: string;
  version: string;
  /** of the version's manifest */
  title: string;
  groups: string[];
  approval: OfferApproval;
  createdAt: string;
  createdBy: string;
}

/** What a user of a computer asked for. */
export interface OfferRequestView {
  id: string;
  offerId: string;
  package: string;
  version: string;
  computerId: string;
  computerName: string;
  state: OfferRequestState;
  /** the job that installs it on this computer, once it is approved */
  jobId: string | null;
  /** why it was rejected */
  reason: string | null;
  requestedAt: string;
  decidedAt: string | null;
  /** who approved or rejected it; null where nobody had to */
  decidedBy: string | null;
}

export class OffersOfComputer {
  @IsUUID() computerId: string;
  /** ids of the groups that the computer is in */
  @IsArray() @ArrayMaxSize(10_000) @IsUUID(undefined, { each: true }) groupIds: string[];
}

export class TakeOffer extends OffersOfComputer {
  /** chosen by the computer so that asking again asks nothing twice */
  @IsUUID() requestId: string;
  @IsUUID() offerId: string;
  @IsString() @Length(1, 255) computerName: string;
}

/** One line of the catalogue that a computer shows its users. */
export interface CatalogueItem {
  offerId: string;
  package: string;
  version: string;
  title: string;
  publisher: string | null;
  description: string | null;
  approval: OfferApproval;
  /** the newest one of this computer, if any */
  request: Pick<OfferRequestView, 'id' | 'state' | 'jobId' | 'reason' | 'requestedAt'> | null;
}

export interface OfferRpc {
  [OFFER_RPC.create]: { request: CreateOfferRequest; response: OfferView };
  [OFFER_RPC.list]: { request: PageQuery; response: Page<OfferView> };
  [OFFER_RPC.remove]: { request: OfferRef; response: Record<string, never> };
  [OFFER_RPC.requests]: { request: PageQuery; response: Page<OfferRequestView> };
  [OFFER_RPC.approve]: { request: OfferRef; response: OfferRequestView };
  [OFFER_RPC.reject]: { request: RejectRequest; response: OfferRequestView };
  [OFFER_RPC.ofComputer]: { request: OffersOfComputer; response: { items: CatalogueItem[] } };
  [OFFER_RPC.take]: { request: TakeOffer; response: OfferRequestView };
}
