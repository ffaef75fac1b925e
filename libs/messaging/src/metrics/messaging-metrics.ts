import type { BrokerLinks } from '../nest/broker-links.js';
import type { SqlExecutor } from '../outbox/sql-executor.js';
import type { WaybillServer } from '../server/waybill-server.js';
import { observeOutbox } from './outbox-gauges.js';
import { QueueGauges } from './queue-gauges.js';

/** What a service reports of itself at every collection, for as long as it runs; without telemetry nothing is ever asked. */
export class MessagingMetrics {
  private readonly queues: QueueGauges;
  private end: () => void = () => undefined;

  /** @param database of the outbox; null when the service has none */
  constructor(
    links: BrokerLinks,
    server: WaybillServer,
    private readonly database: (() => SqlExecutor) | null,
  ) {
    this.queues = new QueueGauges(
      (vhost) => links.of(vhost).consume,
      () => server.queues,
    );
  }

  start(): void {
    this.queues.start();
    if (this.database) this.end = observeOutbox(this.database);
  }

  /** Before the connections close. */
  async stop(): Promise<void> {
    this.end();
    await this.queues.stop();
  }
}
