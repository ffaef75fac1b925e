import {
  type FieldError,
  invalid,
  type JobReach,
  notFound,
  type OfferApproval,
  type OfferRequestState,
  type OfferRequestView,
  type OfferView,
  type WaybillError,
} from '@waybill/contracts';

/** A version that the users of some groups' computers may install by themselves. */
export interface Offer extends Omit<JobReach, 'computers'> {
  id: string;
  package: string;
  version: string;
  versionId: string;
  /** of the version's manifest */
  title: string;
  groups: string[];
  groupIds: string[];
  approval: OfferApproval;
  createdAt: Date;
  createdBy: string;
}

/** What a user of a computer asked for. */
export interface OfferRequest {
  id: string;
  offerId: string;
  computerId: string;
  computerName: string;
  state: OfferRequestState;
  jobId: string | null;
  reason: string | null;
  requestedAt: Date;
  decidedAt: Date | null;
  decidedBy: string | null;
}

/** Whose role covers the offer: it is for all computers of its groups. */
export function reachOf({ groups, category }: Pick<Offer, 'groups' | 'category'>): JobReach {
  return { groups, computers: [], category };
}

export function offerView({ id, title, groups, approval, createdAt, createdBy, ...offer }: Offer): OfferView {
  const { package: name, version } = offer;
  return { id, package: name, version, title, groups, approval, createdAt: createdAt.toISOString(), createdBy };
}

export function requestView(
  { id, offerId, computerId, computerName, state, jobId, reason, requestedAt, decidedAt, decidedBy }: OfferRequest,
  offer: Pick<Offer, 'package' | 'version'>,
): OfferRequestView {
  return {
    id,
    offerId,
    package: offer.package,
    version: offer.version,
    computerId,
    computerName,
    state,
    jobId,
    reason,
    requestedAt: requestedAt.toISOString(),
    decidedAt: decidedAt?.toISOString() ?? null,
    decidedBy,
  };
}

export function offerNotFound(id: string): WaybillError {
  return notFound('offer.notFound', `There is no offer ${id}.`);
}

export function requestNotFound(id: string): WaybillError {
  return notFound('offerRequest.notFound', `There is no request ${id}.`);
}

/** Problems of the order that an offer stands for, as problems of the offer. */
export function offerInvalid(errors: readonly FieldError[]): WaybillError {
  const [first] = errors;
  const more = errors.length > 1 ? `; and ${errors.length - 1} more` : '';
  return invalid(
    'offer.invalid',
    `The offer cannot be made: ${first?.message ?? 'something is wrong'}${more}. Nothing was created.`,
    errors.map(({ pointer, message }) => ({ pointer: pointer.replace(/^\/targets\/groups/, '/groups'), message })),
  );
}
