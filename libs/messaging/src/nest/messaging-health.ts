import type { HealthIndicator } from '../health/health-indicator.js';
import type { OutboxRelay } from '../outbox/outbox-relay.js';
import type { VhostRole } from '../server/handler-extras.js';
import type { WaybillServer } from '../server/waybill-server.js';
import type { BrokerLinks } from './broker-links.js';

/** What readiness should ask of messaging. */
export class MessagingHealth {
  constructor(
    private readonly links: BrokerLinks,
    private readonly server: WaybillServer,
    private readonly relay: OutboxRelay | null,
  ) {}

  private async trouble(vhost: VhostRole): Promise<string | null> {
    const { publisher, probe } = this.links.of(vhost);
    if (!publisher.ready) return `cannot publish to the broker (${vhost})`;
    const silent = await probe.check();
    return silent && `${silent} (${vhost})`;
  }

  indicators(): HealthIndicator[] {
    return [
      ...this.links.vhosts.map((vhost) => ({
        name: `broker.${vhost}`,
        check: () => this.trouble(vhost),
      })),
      { name: 'consumers', check: () => this.server.troubles().join('; ') || null },
      ...(this.relay ? [{ name: 'outbox', check: () => this.relay!.trouble }] : []),
    ];
  }
}
