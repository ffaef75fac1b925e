import type {
  CatalogueItem,
  DesiredStateResponse,
  DownloadTicket,
  EnrolRequest,
  EnrolResponse,
  InventoryRequest,
  OfferRequestView,
  SessionResponse,
  TokenResponse,
} from '@waybill/contracts/agent';

/**
 * The agents' HTTP door (`/agent/v1`, api.md). Every call rejects with a WaybillError: `unavailable` may pass by itself,
 * `unauthorized` wants a new token, everything else is an answer.
 */
export interface FleetDoor {
  enrol(request: EnrolRequest): Promise<EnrolResponse>;
  /** @param assertion signed with the computer's key */
  token(assertion: string): Promise<TokenResponse>;
  session(accessToken: string): Promise<SessionResponse>;
  desiredState(accessToken: string): Promise<DesiredStateResponse>;
  download(accessToken: string, sha256: string): Promise<DownloadTicket>;
  /** what the users of this computer may install themselves */
  catalogue(accessToken: string): Promise<CatalogueItem[]>;
  /** asks for one of it; the same `requestId` again asks for nothing twice */
  take(accessToken: string, offerId: string, requestId: string): Promise<OfferRequestView>;
  inventory(accessToken: string, inventory: InventoryRequest): Promise<void>;
}
