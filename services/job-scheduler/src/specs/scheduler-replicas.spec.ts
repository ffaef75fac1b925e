import { createPublicKey, type KeyObject } from 'node:crypto';
import type { INestApplication } from '@nestjs/common';
import { EVENTS, EXCHANGES } from '@waybill/contracts';
import { applyTopology, eventSenders, groupStreamArguments, MessagingHealth, WaybillServer } from '@waybill/messaging';
import { BrokerConnection, Publisher } from '@waybill/messaging/client';
import { createService } from '@waybill/platform';
import { ACTOR_KEYS, pemOf, SpecCaller, testImpersonator, TestKeys, testServers, testVhosts } from '@waybill/testing';
import type { DataSource } from 'typeorm';
import { v7 } from 'uuid';
import { JobSchedulerConfig } from '../config/job-scheduler.config.js';
import { JobSchedulerModule } from '../job-scheduler.module.js';
import { FakePeers } from './fake-peers.spec.js';
import { schedulerDatabase } from './scheduler-database.spec.js';

/** A message out of a queue or stream. */
export interface Taken {
  id: string;
  type: string;
  headers: Record<string, unknown>;
  body: string;
}

/** The whole service on real servers of its own, with peers that answer as the real ones do. */
export interface SchedulerReplicas {
  sql: DataSource;
  rpc: SpecCaller;
  peers: FakePeers;
  /** of the key that commands are signed with */
  commandKey: KeyObject;
  /** revokes a key for all schedulers */
  revoke: (kid: string) => void;
  /** gives all schedulers the key set of this moment */
  takeKeySet: () => void;
  /** adds a process' worth of the service */
  startReplica: () => Promise<INestApplication>;
  stopReplicas: () => Promise<void>;
  /** tells an event as another service would */
  tell: (type: string, body: object) => Promise<void>;
  /** everything that was ever put on `waybill.events`, oldest first */
  events: Taken[];
  /** makes a group with its command stream, and tells about it unless asked not to */
  group: (name: string, members: string[], options?: { told?: boolean }) => Promise<string>;
  /** everything in a command stream */
  readStream: (stream: string) => Promise<Taken[]>;
  stop: () => Promise<void>;
}

/** Two virtual hosts with 64 streams take a while on a busy machine. */
export const SERVERS_TIMEOUT_MS = 120_000;

/** Of the installation that the schedulers of a spec file belong to. */
export const KEYS = new TestKeys();

export async function startScheduler(
  count: number,
  overrides: Partial<JobSchedulerConfig> = {},
): Promise<SchedulerReplicas> {
  const database = await schedulerDatabase();
  const vhosts = await testVhosts();
  await applyTopology({
    brokerUrl: vhosts.brokerUrl,
    managementUrl: testServers().brokerManagementUrl,
    vhostPrefix: vhosts.prefix,
  });
  const config = Object.assign(new JobSchedulerConfig(), {
    databaseUrl: database.url,
    databasePool: 8,
    brokerUrl: vhosts.brokerUrl,
    vhostPrefix: vhosts.prefix,
    logLevel: 'fatal',
    actorPublicKeys: ACTOR_KEYS.actorPublicKeys,
    commandKey: pemOf(KEYS.command.privateKey),
    keySet: KEYS.text,
    ...overrides,
  });
  const replicas: INestApplication[] = [];
  const startReplica = async () => {
    const options = {
      service: 'job-scheduler',
      host: '127.0.0.1',
      port: 0,
      transport: WaybillServer,
      health: MessagingHealth,
    };
    const app = await createService(JobSchedulerModule.with(config), options);
    await app.startAllMicroservices();
    await app.init();
    replicas.push(app);
    return app;
  };
  const stopReplicas = async () => {
    for (const app of replicas.splice(0)) await app.close();
  };
  const impersonator = await testImpersonator([vhosts.services, vhosts.agents]);
  const connect = (vhost: string) => new BrokerConnection({ url: impersonator.url, vhost, name: 'spec' }).start();
  const services = connect(vhosts.services);
  const agents = connect(vhosts.agents);
  const publisher = new Publisher({ connection: services });
  const tell = (type: string, body: object) =>
    publisher.publish({
      exchange: EXCHANGES.events,
      routingKey: type,
      type,
      messageId: v7(),
      body,
      userId: eventSenders(type)[0],
    });
  const rpc = new SpecCaller(vhosts);
  const peers = new FakePeers(services);
  const events = await listenToEvents(services);
  for (let i = 0; i < count; i++) await startReplica();

  return {
    sql: database.dataSource,
    rpc,
    peers,
    commandKey: createPublicKey(KEYS.command.privateKey),
    revoke: (kid) => {
      KEYS.revoke(kid);
      config.keySet = KEYS.text;
    },
    takeKeySet: () => {
      config.keySet = KEYS.text;
    },
    startReplica,
    stopReplicas,
    tell,
    events,
    group: async (name, members, { told = true } = {}) => {
      const groupId = v7();
      peers.fleet.groups.set(name, { id: groupId, members: new Set(members) });
      const stream = `cmd.g.${groupId}.1`;
      const channel = await (await agents.ready(5000)).createChannel();
      await channel.assertQueue(stream, { durable: true, arguments: groupStreamArguments() });
      await channel.bindQueue(stream, EXCHANGES.commands, stream);
      await channel.close();
      if (told) await tell(EVENTS.groupChanged, { v: 1, groupId, name, generation: 1, revision: 1, deleted: false });
      return groupId;
    },
    readStream: (stream) => readStream(agents, stream),
    stop: async () => {
      await stopReplicas();
      await rpc.close();
      await peers.close();
      await publisher.close();
      await Promise.all([services.close(), agents.close()]);
      await impersonator.remove();
      await vhosts.dispose();
      await database.drop();
    },
  };
}

async function listenToEvents(connection: BrokerConnection): Promise<Taken[]> {
  const events: Taken[] = [];
  const channel = await (await connection.ready(5000)).createChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true, arguments: { 'x-queue-type': 'classic' } });
  await channel.bindQueue(queue, EXCHANGES.events, '#');
  await channel.consume(queue, (message) => message && events.push(taken(message)), { noAck: true });
  return events;
}

async function readStream(connection: BrokerConnection, stream: string): Promise<Taken[]> {
  const channel = await (await connection.ready(5000)).createChannel();
  await channel.prefetch(1000);
  const found: Taken[] = [];
  let last = Date.now();
  const { consumerTag } = await channel.consume(
    stream,
    (message) => {
      if (!message) return;
      last = Date.now();
      found.push(taken(message));
      channel.ack(message);
    },
    { arguments: { 'x-stream-offset': 'first' } },
  );
  // A stream has no end: it is read when nothing more has come for a while.
  await new Promise<void>((resolve) => {
    const check = setInterval(() => {
      if (Date.now() - last < 150) return;
      clearInterval(check);
      resolve();
    }, 30);
  });
  await channel.cancel(consumerTag);
  await channel.close();
  return found;
}

function taken({
  content,
  properties,
}: {
  content: Buffer;
  properties: { messageId?: string; type?: string; headers?: object };
}): Taken {
  return {
    id: String(properties.messageId),
    type: String(properties.type),
    headers: { ...properties.headers },
    body: content.toString(),
  };
}
