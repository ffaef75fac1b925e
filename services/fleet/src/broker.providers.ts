import type { Provider } from '@nestjs/common';
import { VHOSTS } from '@waybill/contracts';
import { BrokerConnection } from '@waybill/messaging/client';
import type { ServiceKey } from '@waybill/trust';
import { FleetConfig } from './config/fleet.config.js';
import { GroupStreams } from './groups/group-streams.js';
import { BrokerManagement } from './presence/broker-management.js';
import { PresenceConsumer } from './presence/presence-consumer.js';
import { PresenceReconciler } from './presence/presence-reconciler.js';
import { PresenceRepository } from './presence/presence.repository.js';
import { SESSION_KEY } from './sessions/keys.js';

const agentsVhost = (config: FleetConfig) => config.vhostPrefix + VHOSTS.agents;

/** What fleet does at the broker besides messages: streams of groups, connections of agents. */
export const brokerProviders: Provider[] = [
  {
    provide: GroupStreams,
    inject: [FleetConfig],
    useFactory: (config: FleetConfig) =>
      new GroupStreams(
        new BrokerConnection({ url: config.brokerUrl, vhost: agentsVhost(config), name: 'fleet/streams' }),
      ),
  },
  {
    provide: BrokerManagement,
    inject: [FleetConfig, SESSION_KEY],
    useFactory: (config: FleetConfig, key: ServiceKey) =>
      new BrokerManagement(config.brokerManagementUrl, agentsVhost(config), key),
  },
  {
    provide: PresenceReconciler,
    inject: [BrokerManagement, PresenceRepository],
    useFactory: (management: BrokerManagement, presence: PresenceRepository) =>
      new PresenceReconciler(management, presence),
  },
  {
    provide: PresenceConsumer,
    inject: [FleetConfig, PresenceRepository, PresenceReconciler],
    useFactory: (config: FleetConfig, presence: PresenceRepository, reconciler: PresenceReconciler) =>
      new PresenceConsumer({
        connection: new BrokerConnection({
          url: config.brokerUrl,
          vhost: config.brokerEventsVhost,
          name: 'fleet/presence',
        }),
        vhost: agentsVhost(config),
        presence,
        onActive: () => reconciler.eventsMissed(),
      }),
  },
];
