import type { HealthIndicator } from '../health/health-indicator.js';
import type { OutboxRelay } from '../outbox/outbox-relay.js';
import type { WaybillServer } from '../server/waybill-server.js';
import type { BrokerLinks } from './broker-links.js';

/** What readiness should ask of messaging. */
export class MessagingHealth {
  constructor(
    private readonly links: BrokerLinks,
    private readonly server: WaybillServer,
    private readonly relay: OutboxRelay | null,
  ) {}

  indicators(): HealthIndicator[] {
    return [
      ...this.links.vhosts.map((vhost) => ({
        name: `broker.${vhost}`,
        check: () => (this.links.of(vhost).publisher.ready ? null : `cannot publish to the broker (${vhost})`),
      })),
      { name: 'consumers', check: () => this.server.troubles().join('; ') || null },
      ...(this.relay ? [{ name: 'outbox', check: () => this.relay!.trouble }] : []),
    ];
  }
}
