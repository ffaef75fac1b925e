import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { auditPreparation } from '@waybill/audit/schema';
import { EXCHANGES, FLEET_RPC, rpcQueue } from '@waybill/contracts';
import { applyTopology, BROKER_ACCOUNTS, MessagingHealth, WaybillServer } from '@waybill/messaging';
import { migrate } from '@waybill/persistence';
import { createService, loadConfig } from '@waybill/platform';
import {
  ACTOR_KEYS,
  eventually,
  managementCall,
  SpecCaller,
  testBucket,
  type TestBucket,
  testDatabase,
  TestKeys,
  pemOf,
  testServers,
  testVhosts,
  type TestVhosts,
} from '@waybill/testing';
import { type Channel, type ChannelModel, connect } from 'amqplib';
import { DataSource } from 'typeorm';
import { FleetConfig } from '../config/fleet.config.js';
import { BODY_LIMIT, configureHttp } from '../fleet-http.js';
import { FleetModule } from '../fleet.module.js';
import { FLEET_PERSISTENCE } from '../persistence.options.js';
import { PresenceConsumer } from '../presence/presence-consumer.js';
import { TestAgent } from './test-agent.fixtures.spec.js';

export interface HeardEvent {
  type: string;
  body: Record<string, unknown>;
}

export interface Problem {
  status: number;
  code: string;
  errors?: { pointer: string }[];
}

/** Virtual host that the test broker publishes its own events to. */
const EVENTS_VHOST = 'agents';

/** Servers of one spec file and a running fleet with the rights of its production account. */
export class FleetWorld {
  private constructor(
    readonly config: FleetConfig,
    readonly keys: TestKeys,
    readonly vhosts: TestVhosts,
    readonly bucket: TestBucket,
    readonly rpc: SpecCaller,
    readonly events: HeardEvent[],
    private readonly channel: Channel,
    private readonly ends: (() => Promise<unknown>)[],
    private app: NestExpressApplication,
  ) {}

  static async start(): Promise<FleetWorld> {
    const [database, vhosts, bucket] = await Promise.all([fleetDatabase(), testVhosts(), testBucket()]);
    const { brokerUrl, brokerManagementUrl } = testServers();
    await applyTopology({ brokerUrl, managementUrl: brokerManagementUrl, vhostPrefix: vhosts.prefix });
    const account = await fleetAccount(vhosts);
    const keys = new TestKeys();
    const config = loadConfig(FleetConfig, {
      WAYBILL_TOKEN_KEY: pemOf(keys.session.privateKey),
      WAYBILL_KEY_SET: keys.text,
      WAYBILL_DATABASE_URL: database.url,
      WAYBILL_BROKER_URL: account.url,
      WAYBILL_VHOST_PREFIX: vhosts.prefix,
      WAYBILL_S3_ENDPOINT: bucket.endpoint,
      WAYBILL_S3_ACCESS_KEY: bucket.accessKey,
      WAYBILL_S3_SECRET_KEY: bucket.secretKey,
      WAYBILL_S3_BUCKET: bucket.bucket,
      WAYBILL_AGENT_BROKER_URL: withoutUser(brokerUrl),
      WAYBILL_BROKER_MANAGEMENT_URL: withoutUser(brokerManagementUrl),
      WAYBILL_BROKER_EVENTS_VHOST: EVENTS_VHOST,
      WAYBILL_ACTOR_PUBLIC_KEY: ACTOR_KEYS.actorPublicKeys,
      WAYBILL_LOG_LEVEL: process.env['SPEC_LOG_LEVEL'] ?? 'silent',
    });
    const rpc = new SpecCaller(vhosts);
    const { events, listener, channel } = await listen(vhosts);
    const ends = [
      () => rpc.close(),
      () => listener.close(),
      () => account.remove(),
      () => vhosts.dispose(),
      () => bucket.dispose(),
      () => database.drop(),
    ];
    return new FleetWorld(config, keys, vhosts, bucket, rpc, events, channel, ends, await startApp(config));
  }

  get sql(): DataSource {
    return this.app.get(DataSource);
  }

  /** A provider of the running service. */
  get<T>(token: abstract new (...args: never[]) => T): T {
    return this.app.get(token as never);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.app.getHttpServer().address() as AddressInfo).port}`;
  }

  /** The agent door. */
  async door(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: unknown; headers: Headers }> {
    const isText = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(`${this.url}/agent/v1${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: (isText ? body : JSON.stringify(body)) as never }),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
      headers: response.headers,
    };
  }

  async group(name = `g-${randomUUID()}`) {
    return this.rpc.call(FLEET_RPC.groupCreate, { name, kind: 'static' });
  }

  async token(groups: string[] = [], maxUses = 1000): Promise<string> {
    return (await this.rpc.call(FLEET_RPC.enrolmentTokenCreate, { groups, maxUses })).secret;
  }

  /** A computer with its key, enrolled into the groups. */
  async agent(groups: string[] = []): Promise<TestAgent> {
    const agent = new TestAgent(this);
    await agent.enrol(await this.token(groups));
    return agent;
  }

  /** Answers requests to another service as it would. */
  async answer(service: 'result' | 'job-scheduler', reply: (pattern: string, request: never) => object): Promise<void> {
    await this.channel.consume(
      rpcQueue(service),
      (message) => {
        if (!message) return;
        const data = reply(String(message.properties.type), JSON.parse(message.content.toString()) as never);
        this.channel.sendToQueue(String(message.properties.replyTo), Buffer.from(JSON.stringify({ ok: true, data })), {
          correlationId: String(message.properties.correlationId),
        });
      },
      { noAck: true },
    );
  }

  /** The first event of a type that fits, once it was published. */
  heard(type: string, fits: (body: Record<string, unknown>) => boolean = () => true): Promise<Record<string, unknown>> {
    return eventually(() => {
      const found = this.events.find((event) => event.type === type && fits(event.body));
      if (!found) throw new Error(`no ${type} was published`);
      return found.body;
    });
  }

  /** @param meanwhile happens while no fleet runs */
  async restart(meanwhile?: () => Promise<void>): Promise<void> {
    await this.app.close();
    await meanwhile?.();
    this.app = await startApp(this.config);
  }

  /** Another process of the same service on the same servers. */
  replica(): Promise<NestExpressApplication> {
    return startApp(this.config);
  }

  async stop(): Promise<void> {
    await this.app.close();
    for (const end of this.ends) await end();
  }
}

function withoutUser(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}

function fleetDatabase() {
  const version = FLEET_PERSISTENCE.migrations.map((migration) => String(migration)).join('\n');
  return testDatabase({
    schema: 'fleet',
    version,
    asService: auditPreparation('fleet'),
    migrate: (url) => migrate(FLEET_PERSISTENCE, { url }),
  });
}

/** The rights of production under a name of this run, so that a right that is missing shows here. */
async function fleetAccount({ services, agents }: TestVhosts): Promise<{ url: string; remove(): Promise<unknown> }> {
  const { rights, topics } = BROKER_ACCOUNTS.find(({ service }) => service === 'fleet')!;
  const user = `fleet-${randomUUID()}`;
  await managementCall('PUT', `/users/${user}`, { password: user, tags: '' });
  const grants = [
    [services, rights.services],
    [agents, rights.agents],
    [EVENTS_VHOST, rights.agents],
  ] as const;
  for (const [vhost, granted] of grants) {
    const { configure = '^$', write = '^$', read = '^$' } = granted ?? {};
    await managementCall('PUT', `/permissions/${encodeURIComponent(vhost)}/${user}`, { configure, write, read });
  }
  for (const topic of topics)
    await managementCall('PUT', `/topic-permissions/${encodeURIComponent(services)}/${user}`, topic);
  const url = new URL(testServers().brokerUrl);
  return {
    url: `${url.protocol}//${user}:${user}@${url.host}`,
    remove: () => managementCall('DELETE', `/users/${user}`),
  };
}

async function startApp(config: FleetConfig): Promise<NestExpressApplication> {
  const app = await createService(FleetModule.with(config), {
    service: 'fleet',
    host: '127.0.0.1',
    port: 0,
    transport: WaybillServer,
    health: MessagingHealth,
    configureHttp,
    bodyLimit: BODY_LIMIT,
  });
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
  await eventually(() => app.get(PresenceConsumer).following);
  return app;
}

async function listen({
  brokerUrl,
  services,
}: TestVhosts): Promise<{ events: HeardEvent[]; listener: ChannelModel; channel: Channel }> {
  const events: HeardEvent[] = [];
  const listener = await connect(`${brokerUrl}/${encodeURIComponent(services)}`);
  const channel = await listener.createChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, EXCHANGES.events, '#');
  await channel.consume(
    queue,
    (message) =>
      message &&
      events.push({ type: String(message.properties.type), body: JSON.parse(message.content.toString()) as never }),
    { noAck: true },
  );
  return { events, listener, channel };
}
