export * from './client/index.js';
export { ACK, DEAD, dead, RETRY, type Verdict } from './server/verdict.js';
export type { IncomingMessage } from './server/incoming-message.js';
export type { MessageContext } from './server/message-context.js';
export type { BatchHandlerOptions, EventHandlerOptions, VhostRole } from './server/handler-extras.js';
export { BatchHandler, EventHandler, RpcHandler } from './server/decorators.js';
export { RpcClient } from './rpc/rpc-client.js';
export { currentActor, requestActor, runAs } from './actor/current-actor.js';
export { actorPrivateKey, actorPublicKeys } from './actor/actor-keys.js';
export { ActorSigner } from './actor/actor-signer.js';
export { eventSenders } from './actor/event-sender.js';
export { ACTOR_HEADER } from './actor/actor-token.js';
export { beyondLimits, requestLimits } from './actor/request-limits.js';
export { permissionRequired } from './actor/authorize.js';
export { Outbox, type OutboxMessage } from './outbox/outbox.js';
export { OUTBOX_SQL } from './outbox/outbox.sql.js';
export type { SqlExecutor } from './outbox/sql-executor.js';
export { Inbox, INBOX_SQL } from './inbox/inbox.js';
export { groupStreamArguments, inboxStreamArguments } from './topology/stream-arguments.js';
export {
  type BindingSpec,
  type ExchangeSpec,
  LIVE_EVENTS,
  type QueueSpec,
  RPC_SERVICES,
  SUBSCRIPTIONS,
  type SubscriptionSpec,
  TOPOLOGY,
  vhostName,
  type VhostTopology,
} from './topology/topology.js';
export type { HealthIndicator } from './health/health-indicator.js';
export { InjectPublisher, publisherToken } from './nest/tokens.js';
export { MessagingModule } from './nest/messaging.module.js';
export type { MessagingModuleOptions, MessagingSettings } from './nest/messaging-options.js';
export { MessagingHealth } from './nest/messaging-health.js';
export { OutboxRelay } from './outbox/outbox-relay.js';
export { WaybillServer } from './server/waybill-server.js';
export { applyTopology, type ApplyTopologyOptions } from './topology/apply-topology.js';
export { BROKER_ACCOUNTS, type BrokerAccount, type TopicRights, type VhostRights } from './topology/broker-accounts.js';
export { policies, type PolicySpec, RETRY_POLICY, type RetryPolicy } from './topology/policies.js';
export { DURATION_BUCKETS } from './metrics/instruments.js';
