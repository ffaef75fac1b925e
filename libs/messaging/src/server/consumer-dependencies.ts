import type { BrokerConnection } from '../client/broker-connection.js';
import type { Publisher } from '../client/publisher.js';
import type { MessageLogger } from './message-logger.js';

/** What every consumer of a queue needs. */
export interface ConsumerDependencies {
  service: string;
  /** installations that share a broker put it before their accounts' names */
  vhostPrefix: string;
  /** of the queue's virtual host */
  connection: BrokerConnection;
  /** of the queue's virtual host; never the consuming connection, which the broker may block */
  publisher: Publisher;
  /** failed deliveries before a message is dead */
  maxFailures: number;
  /** rejects while the database is down */
  probe: () => Promise<void>;
  logger: MessageLogger;
}

/** A queue being consumed. */
export interface RunningConsumer {
  readonly queue: string;
  /** null when the broker delivers, else why not */
  readonly trouble: string | null;
  /** stops taking messages and waits for those in hand */
  drain(timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}
