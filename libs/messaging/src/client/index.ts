/** The part of messaging without Nest and PostgreSQL; the agent uses it. */
export { type BackOff, backOffDelay } from './back-off.js';
export { BrokerVersionError, NotConfirmedError, UnroutableError, UnsendableError } from './errors.js';
export { MINIMUM_BROKER_VERSION } from './broker-version.js';
export {
  BrokerConnection,
  type BrokerConnectionEvents,
  type BrokerConnectionOptions,
  type BrokerCredentials,
} from './broker-connection.js';
export { ConsumerChannel, type Subscription, type SubscriptionOptions } from './consumer-channel.js';
export type { Delivery } from './delivery.js';
export type { FlatHeaders, OutgoingMessage } from './messages.js';
export { Publisher, type PublisherOptions } from './publisher.js';
