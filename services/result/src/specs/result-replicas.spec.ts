import type { INestApplication } from '@nestjs/common';
import { computerUser, EXCHANGES, reportKey, type ReportKind, type StatusReport } from '@waybill/contracts';
import { applyTopology, eventSenders, MessagingHealth, WaybillServer } from '@waybill/messaging';
import { BrokerConnection, Publisher } from '@waybill/messaging/client';
import { createService } from '@waybill/platform';
import { ACTOR_KEYS, SpecCaller, testImpersonator, type TestVhosts, testServers, testVhosts } from '@waybill/testing';
import type { DataSource } from 'typeorm';
import { v7 } from 'uuid';
import { ResultConfig } from '../result.config.js';
import { ResultModule } from '../result.module.js';
import { resultDatabase } from './result-database.spec.js';

/** A message out of a queue. */
export interface Taken {
  id: string;
  type: string;
  headers: Record<string, unknown>;
  body: Buffer;
}

/** The whole service on real servers of its own. */
export interface ResultReplicas {
  sql: DataSource;
  rpc: SpecCaller;
  replicas: INestApplication[];
  /** tells an event as another service would */
  tell: (type: string, body: object, messageId?: string) => Promise<void>;
  /** publishes what a computer reports; the broker has checked its user name */
  report: (body: Pick<StatusReport, 'computerId'>, options?: ReportOptions) => Promise<void>;
  /** takes all that waits in a queue */
  take: (role: 'services' | 'agents', queue: string) => Promise<Taken[]>;
  stop: () => Promise<void>;
}

export interface ReportOptions {
  kind?: ReportKind;
  content?: Buffer;
  routingKey?: string;
  /** null: the message names no user */
  userId?: string | null;
  messageId?: string;
}

/** Starts `count` processes' worth of the service in this one, on one database and broker. */
export async function startResult(count: number, overrides: Partial<ResultConfig> = {}): Promise<ResultReplicas> {
  const database = await resultDatabase();
  const vhosts = await testVhosts();
  const { brokerManagementUrl } = testServers();
  await applyTopology({ brokerUrl: vhosts.brokerUrl, managementUrl: brokerManagementUrl, vhostPrefix: vhosts.prefix });
  const settings: Partial<ResultConfig> = {
    databaseUrl: database.url,
    databasePool: 5,
    brokerUrl: vhosts.brokerUrl,
    vhostPrefix: vhosts.prefix,
    logLevel: 'error',
    actorPublicKeys: ACTOR_KEYS.actorPublicKeys,
  };
  const config = Object.assign(new ResultConfig(), settings, overrides);
  const replicas: INestApplication[] = [];
  for (let index = 0; index < count; index++) {
    const app = await createService(ResultModule.of(config), {
      service: 'result',
      host: '127.0.0.1',
      port: 0,
      transport: WaybillServer,
      health: MessagingHealth,
    });
    await app.startAllMicroservices();
    await app.init();
    replicas.push(app);
  }
  const links = await linksTo(vhosts);
  const rpc = new SpecCaller(vhosts);
  return {
    sql: database.dataSource,
    rpc,
    replicas,
    ...links,
    stop: async () => {
      for (const app of replicas) await app.close();
      await rpc.close();
      await links.close();
      await vhosts.dispose();
      await database.drop();
    },
  };
}

/** Connections of the other services and of the computers; a computer's user name needs a broker user who may claim any. */
async function linksTo(vhosts: TestVhosts) {
  const impersonator = await testImpersonator([vhosts.services, vhosts.agents]);
  const connect = (vhost: string) => new BrokerConnection({ url: impersonator.url, vhost, name: 'spec' }).start();
  const connections = { services: connect(vhosts.services), agents: connect(vhosts.agents) };
  const services = new Publisher({ connection: connections.services });
  const agents = new Publisher({ connection: connections.agents });
  return {
    tell: (type: string, body: object, messageId: string = v7()) =>
      services.publish({
        exchange: EXCHANGES.events,
        routingKey: type,
        type,
        messageId,
        body,
        userId: eventSenders(type)[0],
      }),
    report: (body: Pick<StatusReport, 'computerId'>, options: ReportOptions = {}) =>
      agents.publish({
        exchange: EXCHANGES.reports,
        routingKey: options.routingKey ?? reportKey(body.computerId, options.kind ?? 'status'),
        type: 'status.v1',
        messageId: options.messageId ?? v7(),
        body: options.content ?? body,
        userId: options.userId === null ? undefined : (options.userId ?? computerUser(body.computerId)),
      }),
    take: async (role: 'services' | 'agents', queue: string) => {
      const channel = await (await connections[role].ready(5000)).createChannel();
      const taken: Taken[] = [];
      for (let message = await channel.get(queue); message; message = await channel.get(queue)) {
        const { messageId, type, headers } = message.properties;
        taken.push({ id: String(messageId), type: String(type), headers: headers ?? {}, body: message.content });
        channel.ack(message);
      }
      // what was not confirmed comes again
      await channel.close().catch(() => undefined);
      return taken;
    },
    close: async () => {
      await Promise.all(Object.values(connections).map((connection) => connection.close()));
      await impersonator.remove();
    },
  };
}
