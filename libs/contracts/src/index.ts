import 'reflect-metadata';
export * from './status/execution-status.js';
export * from './status/job-status.js';
export * from './status/reasons.js';
export * from './status/retry.js';
export * from './naming/exchanges.js';
export * from './naming/streams.js';
export * from './targeting/wave.js';
export * from './targeting/selector.js';
export * from './versions/version-key.js';
export * from './manifest/duration.js';
export * from './manifest/manifest.js';
export * from './manifest/choose-variant.js';
export * from './manifest/manifest.validate.js';
export { manifestJsonSchema } from './manifest/manifest.schema.js';
export * from './commands/command.js';
export * from './commands/user-policy.js';
export * from './commands/command.schema.js';
export * from './reports/status-report.js';
export * from './events/events.js';
export * from './events/event-classes.js';
export * from './rpc/page.js';
export * from './rpc/audit.rpc.js';
export * from './rpc/package.rpc.js';
export * from './rpc/multipart.rpc.js';
export * from './rpc/fleet.rpc.js';
export {
  JobRollout,
  MAX_IN_FLIGHT,
  MAX_WAVES,
  type PlannedRollout,
  RolloutGate,
  RolloutWave,
  StopWhen,
  STRATA,
  type Stratum,
} from './rpc/rollout.js';
export * from './rpc/retry.js';
export * from './rpc/timeouts.js';
export * from './rpc/job-user.js';
export * from './windows/opening.js';
export * from './time/wall-clock.js';
export * from './time/instant-of.js';
export * from './time/local-times.js';
export * from './rpc/job-order.js';
export * from './rpc/job.rpc.js';
export * from './rpc/report.js';
export * from './rpc/result.rpc.js';
export * from './rpc/template.rpc.js';
export * from './rpc/offer.rpc.js';
export * from './rpc/agent-door.js';
export * from './rpc/rpc-contract.js';
export * from './rpc/read-patterns.js';
export * from './validation/field-error.js';
export * from './validation/validate-message.js';
export * from './validation/nearest.js';
export * from './errors/waybill-error.js';
export * from './trust/protected-link.js';
export * from './trust/trust-only.js';
export * from './trust/actor.js';
export * from './trust/key-set.js';
export * from './errors/unreachable.js';
export * from './trust/permissions.js';
export * from './trust/allows.js';
export * from './trust/limits.js';
