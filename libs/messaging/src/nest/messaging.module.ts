import { type DynamicModule, Logger, Module, type Provider } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { Inbox } from '../inbox/inbox.js';
import { MessagingMetrics } from '../metrics/messaging-metrics.js';
import { Outbox } from '../outbox/outbox.js';
import { OutboxRelay } from '../outbox/outbox-relay.js';
import { relayDatabase } from '../outbox/relay-database.js';
import { ActorSigner } from '../actor/actor-signer.js';
import { RpcClient } from '../rpc/rpc-client.js';
import { WaybillServer } from '../server/waybill-server.js';
import { BrokerLinks } from './broker-links.js';
import { MessagingHealth } from './messaging-health.js';
import { MessagingLifecycle } from './messaging-lifecycle.js';
import type { MessagingModuleOptions, MessagingSettings } from './messaging-options.js';
import { databaseProbe } from './database-probe.js';
import { MESSAGING_SETTINGS, publisherToken } from './tokens.js';

/** Everything a service needs to publish, ask, answer and listen; global. */
@Module({})
export class MessagingModule {
  static forRootAsync(options: MessagingModuleOptions): DynamicModule {
    const providers = [...connections(options), ...patterns(options)];
    return {
      module: MessagingModule,
      global: true,
      imports: options.imports ?? [],
      providers: [...providers, MessagingLifecycle],
      exports: providers,
    };
  }
}

function connections({ service, inject, useFactory, vhosts }: MessagingModuleOptions): Provider[] {
  const links: Provider = {
    provide: BrokerLinks,
    inject: [MESSAGING_SETTINGS],
    useFactory: ({ brokerUrl, vhostPrefix = '' }: MessagingSettings) =>
      new BrokerLinks({ service, brokerUrl, vhostPrefix, vhosts, onFatal: stopProcess }),
  };
  const publishers = vhosts.map((vhost) => ({
    provide: publisherToken(vhost),
    inject: [BrokerLinks],
    useFactory: (broker: BrokerLinks) => broker.of(vhost).publisher,
  }));
  return [{ provide: MESSAGING_SETTINGS, inject: inject ?? [], useFactory }, links, ...publishers];
}

function patterns({ service, vhosts, outbox }: MessagingModuleOptions): Provider[] {
  const server: Provider = {
    provide: WaybillServer,
    inject: [BrokerLinks, ModuleRef, MESSAGING_SETTINGS],
    useFactory: (links: BrokerLinks, modules: ModuleRef, { actorPublicKeys }: MessagingSettings) =>
      new WaybillServer({ service, links, probe: databaseProbe(modules), actorPublicKeys }),
  };
  const relay: Provider = {
    provide: OutboxRelay,
    inject: [BrokerLinks, ModuleRef],
    useFactory: (links: BrokerLinks, modules: ModuleRef) =>
      outbox
        ? new OutboxRelay({
            database: relayDatabase(() => dataSource(modules)),
            publisherOf: (vhost) => links.of(vhost).publisher,
            vhosts,
            logger: new Logger('Outbox'),
          })
        : null,
  };
  const rpc: Provider = {
    provide: RpcClient,
    inject: [BrokerLinks, MESSAGING_SETTINGS],
    useFactory: (links: BrokerLinks, { actorKey }: MessagingSettings) =>
      new RpcClient(links.of('services').publish, actorKey ? { signer: new ActorSigner(actorKey) } : {}),
  };
  const health: Provider = {
    provide: MessagingHealth,
    inject: [BrokerLinks, WaybillServer, OutboxRelay],
    useFactory: (links: BrokerLinks, waybillServer: WaybillServer, outboxRelay: OutboxRelay | null) =>
      new MessagingHealth(links, waybillServer, outboxRelay),
  };
  const metrics: Provider = {
    provide: MessagingMetrics,
    inject: [BrokerLinks, WaybillServer, ModuleRef],
    useFactory: (links: BrokerLinks, waybillServer: WaybillServer, modules: ModuleRef) =>
      new MessagingMetrics(links, waybillServer, outbox ? () => dataSource(modules) : null),
  };
  return [server, relay, health, metrics, Outbox, Inbox, ...(vhosts.includes('services') ? [rpc] : [])];
}

function dataSource(modules: ModuleRef): DataSource {
  return modules.get(DataSource, { strict: false });
}

/** A broker that is too old will not get newer by waiting. */
function stopProcess(error: Error): void {
  new Logger('Broker').fatal(error.message);
  process.exitCode = 1;
  process.kill(process.pid, 'SIGTERM');
}
