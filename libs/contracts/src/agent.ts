/**
 * The part of the contract that an agent needs while it runs. The whole index also loads the validation classes of the
 * services (11 MiB of memory), which a computer never checks.
 */
export * from './status/execution-status.js';
export * from './status/job-status.js';
export * from './status/reasons.js';
export * from './status/retry.js';
export * from './naming/exchanges.js';
export * from './naming/streams.js';
export * from './targeting/selector.js';
export * from './versions/version-key.js';
export * from './manifest/duration.js';
export * from './manifest/manifest.js';
export * from './manifest/choose-variant.js';
export * from './commands/command.js';
export * from './commands/user-policy.js';
export * from './windows/opening.js';
export * from './time/wall-clock.js';
export * from './time/instant-of.js';
export * from './time/local-times.js';
export { commandSchema, executeClaimSchema, headerSchema } from './commands/command.schema.js';
export * from './trust/key-set.js';
export * from './errors/waybill-error.js';
export * from './trust/protected-link.js';
export * from './trust/trust-only.js';
export type * from './reports/status-report.js';
export type * from './rpc/agent-door.js';
export type { CatalogueItem, OfferRequestView } from './rpc/offer.rpc.js';
export type { SignatureView } from './rpc/package.rpc.js';
export type { ErrorKind } from './rpc/rpc-contract.js';
