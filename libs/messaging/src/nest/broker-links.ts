import { Logger } from '@nestjs/common';
import { BrokerConnection } from '../client/broker-connection.js';
import { Publisher } from '../client/publisher.js';
import { BrokerProbe } from '../health/broker-probe.js';
import type { VhostRole } from '../server/handler-extras.js';
import { vhostName } from '../topology/topology.js';
import { publishInstrument } from '../tracing/spans.js';

export interface BrokerLink {
  /** publishing and consuming are apart: an alarm of the broker blocks connections that publish, and consuming must go on */
  publish: BrokerConnection;
  consume: BrokerConnection;
  publisher: Publisher;
  /** whether the broker answers at all */
  probe: BrokerProbe;
}

export interface BrokerLinksOptions {
  /** shown as the connections' name */
  service: string;
  brokerUrl: string;
  vhostPrefix: string;
  vhosts: readonly VhostRole[];
  /** called when the broker is too old: the process has no use */
  onFatal: (error: Error) => void;
}

/** The connections of a process: two per virtual host. */
export class BrokerLinks {
  private readonly logger = new Logger('Broker');
  private readonly links = new Map<VhostRole, BrokerLink>();

  constructor(private readonly options: BrokerLinksOptions) {
    for (const vhost of options.vhosts) {
      const publish = this.connection(vhost, 'publish');
      this.links.set(vhost, {
        publish,
        consume: this.connection(vhost, 'consume'),
        publisher: new Publisher({ connection: publish, userId: publish.user, instrument: publishInstrument }),
        probe: new BrokerProbe(publish),
      });
    }
  }

  get vhostPrefix(): string {
    return this.options.vhostPrefix;
  }

  get vhosts(): VhostRole[] {
    return [...this.links.keys()];
  }

  /** @throws Error when the service did not name the virtual host in `vhosts` */
  of(vhost: VhostRole): BrokerLink {
    const link = this.links.get(vhost);
    if (!link)
      throw new Error(
        `${this.options.service} uses virtual host "${vhost}" but does not name it in MessagingModule's vhosts`,
      );
    return link;
  }

  async close(): Promise<void> {
    const links = [...this.links.values()];
    for (const { probe } of links) probe.close();
    await Promise.all(links.map(({ publisher }) => publisher.close()));
    await Promise.all(links.flatMap(({ publish, consume }) => [publish.close(), consume.close()]));
  }

  private connection(vhost: VhostRole, purpose: 'publish' | 'consume'): BrokerConnection {
    const { service, brokerUrl, vhostPrefix, onFatal } = this.options;
    const name = `${service}/${purpose}/${vhost}`;
    const connection = new BrokerConnection({ url: brokerUrl, vhost: vhostName(vhost, vhostPrefix), name });
    connection.on('connected', () => this.logger.log(`${name}: connected`));
    connection.on('disconnected', (reason) => this.logger.warn(`${name}: connection lost: ${reason.message}`));
    connection.on('attemptFailed', (error, inMs) =>
      this.logger.warn(`${name}: cannot connect (${error.message}), next attempt in ${inMs} ms`),
    );
    connection.on('blocked', (reason) => this.logger.warn(`${name}: the broker takes no messages: ${reason}`));
    connection.on('fatal', onFatal);
    // a service that only publishes needs no second connection: consumers start it
    return purpose === 'publish' ? connection.start() : connection;
  }
}
