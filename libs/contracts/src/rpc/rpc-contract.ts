import type { FieldError } from '../validation/field-error.js';
import type { FleetRpc } from './fleet.rpc.js';
import type { JobRpc } from './job.rpc.js';
import type { OfferRpc } from './offer.rpc.js';
import type { PackageRpc } from './package.rpc.js';
import type { ResultRpc } from './result.rpc.js';
import type { TemplateRpc } from './template.rpc.js';

/** Every request between services: pattern → request and response. The pattern's owner is the service whose map it is in. */
export interface RpcContract extends PackageRpc, FleetRpc, JobRpc, TemplateRpc, OfferRpc, ResultRpc {}

export type RpcPattern = keyof RpcContract;

export type ErrorKind =
  | 'invalid'
  | 'conflict'
  | 'precondition'
  | 'gone'
  | 'notFound'
  | 'forbidden'
  | 'unauthorized'
  | 'tooLarge'
  | 'limited'
  | 'unavailable'
  | 'internal';

/** An error as it travels between services and on to the client. */
export interface WireError {
  /** stable, e.g. `package.checksumMismatch` */
  code: string;
  kind: ErrorKind;
  /** sentence for a person: what is wrong and what would be right */
  detail: string;
  errors?: FieldError[];
}

export type RpcReply<T> = { ok: true; data: T } | { ok: false; error: WireError };
