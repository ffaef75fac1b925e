import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  Optional,
} from '@nestjs/common';
import { NotConfirmedError } from '../client/errors.js';
import { MessagingMetrics } from '../metrics/messaging-metrics.js';
import { OutboxRelay } from '../outbox/outbox-relay.js';
import { RpcClient } from '../rpc/rpc-client.js';
import { WaybillServer } from '../server/waybill-server.js';
import { BrokerLinks } from './broker-links.js';

/** How long a start waits to see what broker it has; a broker that is away does not stop the start, the service is not ready until it is there. */
const FIRST_CONNECT_MS = 5_000;

/** Starts the relay with the application and ends everything in the order in which nothing is lost. */
@Injectable()
export class MessagingLifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    private readonly links: BrokerLinks,
    private readonly server: WaybillServer,
    @Inject(OutboxRelay) private readonly relay: OutboxRelay | null,
    private readonly metrics: MessagingMetrics,
    @Optional() private readonly rpc?: RpcClient,
  ) {
    // after the last handler and while the database is still open
    server.onDrained(async () => this.relay?.stop());
  }

  async onApplicationBootstrap(): Promise<void> {
    await Promise.all(this.links.vhosts.map((vhost) => this.links.of(vhost).publish.ready(FIRST_CONNECT_MS))).catch(
      (error: unknown) => {
        if (!(error instanceof NotConfirmedError)) throw error;
        new Logger('Broker').warn('the broker is away; the service starts and is not ready until it is back');
      },
    );
    this.relay?.start();
    this.metrics.start();
  }

  /** An application without message handlers never drains a server. */
  async beforeApplicationShutdown(): Promise<void> {
    if (!this.server.listening) await this.relay?.stop();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.metrics.stop();
    await this.relay?.stop();
    await this.rpc?.close();
    await this.links.close();
  }
}
