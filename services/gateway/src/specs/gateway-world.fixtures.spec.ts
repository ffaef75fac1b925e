import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { auditPreparation } from '@waybill/audit/schema';
import type { Grant } from '@waybill/contracts';
import { applyTopology, BrokerConnection, MessagingHealth, TOPOLOGY, WaybillServer } from '@waybill/messaging';
import { migrate } from '@waybill/persistence';
import { createService, listOf, loadConfig } from '@waybill/platform';
import {
  ACTOR_KEYS,
  eventually,
  testBucket,
  type TestBucket,
  testDatabase,
  testServers,
  testVhosts,
  type TestVhosts,
} from '@waybill/testing';
import { DataSource } from 'typeorm';
import { configureHttp, streamsBody } from '../configure-http.js';
import { GatewayConfig } from '../gateway.config.js';
import { GatewayModule } from '../gateway.module.js';
import { GATEWAY_PERSISTENCE } from '../gateway.persistence.js';
import { FakeServices } from './fake-services.fixtures.spec.js';

export interface Answer {
  status: number;
  body: Record<string, unknown>;
  headers: Headers;
}

/** A running gateway on servers of one spec file; the services behind it are {@link FakeServices}. */
export class GatewayWorld {
  readonly password: string;
  private administrator: string | undefined;

  private constructor(
    readonly behind: FakeServices,
    readonly bucket: TestBucket,
    readonly vhosts: TestVhosts,
    private readonly app: NestExpressApplication,
    config: GatewayConfig,
    private readonly ends: (() => Promise<unknown>)[],
  ) {
    this.password = config.adminPassword;
  }

  /** @param env variables beside those of every spec */
  static async start(env: Record<string, string> = {}): Promise<GatewayWorld> {
    const [database, vhosts, bucket] = await Promise.all([gatewayDatabase(), testVhosts(), testBucket()]);
    const { brokerUrl, brokerManagementUrl } = testServers();
    await applyTopology({
      brokerUrl,
      managementUrl: brokerManagementUrl,
      vhostPrefix: vhosts.prefix,
      topology: TOPOLOGY.filter(({ vhost }) => vhost === 'services'),
    });
    const config = loadConfig(GatewayConfig, {
      WAYBILL_DATABASE_URL: database.url,
      WAYBILL_BROKER_URL: brokerUrl,
      WAYBILL_VHOST_PREFIX: vhosts.prefix,
      WAYBILL_S3_ENDPOINT: bucket.endpoint,
      WAYBILL_S3_ACCESS_KEY: bucket.accessKey,
      WAYBILL_S3_SECRET_KEY: bucket.secretKey,
      WAYBILL_S3_BUCKET: bucket.bucket,
      WAYBILL_ADMIN_PASSWORD: `spec-${randomUUID()}`,
      WAYBILL_ACTOR_KEY: ACTOR_KEYS.actorKey,
      WAYBILL_LOG_LEVEL: process.env['SPEC_LOG_LEVEL'] ?? 'silent',
      ...env,
    });
    const app = await createService(GatewayModule.of(config), {
      service: 'gateway',
      host: '127.0.0.1',
      port: 0,
      transport: WaybillServer,
      health: MessagingHealth,
      configureHttp,
      streamsBody,
      trustedProxies: listOf(config.trustedProxies),
    });
    await app.startAllMicroservices();
    await app.listen(0, '127.0.0.1');
    const connection = new BrokerConnection({ url: brokerUrl, vhost: vhosts.services, name: 'spec' }).start();
    const behind = new FakeServices(connection);
    const world = new GatewayWorld(behind, bucket, vhosts, app, config, [
      () => app.close(),
      () => behind.close(),
      () => connection.close(),
      () => vhosts.dispose(),
      () => bucket.dispose(),
      () => database.drop(),
    ]);
    await eventually(async () => expect((await fetch(`${world.url}/health/ready`)).status).toBe(200));
    return world;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.app.getHttpServer().address() as AddressInfo).port}`;
  }

  get sql(): DataSource {
    return this.app.get(DataSource);
  }

  /** A provider of the running service. */
  get<T>(token: abstract new (...args: never[]) => T): T {
    return this.app.get(token as never);
  }

  /** @param token bearer secret; null for none */
  async call(
    token: string | null,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: text === '' ? {} : (JSON.parse(text) as Answer['body']),
      headers: response.headers,
    };
  }

  /** @returns the access token of a new session */
  async login(): Promise<string> {
    const { body } = await this.call(null, 'POST', '/session', { username: 'admin', password: this.password });
    return String(body['accessToken']);
  }

  /** @returns the access token of a new account with these grants */
  async loginAs(grants: Grant[]): Promise<string> {
    this.administrator ??= await this.login();
    const account = { username: `u-${randomUUID()}`, password: randomUUID() };
    const made = await this.call(this.administrator, 'POST', '/accounts', { ...account, grants });
    expect(made.status).toBe(201);
    return String((await this.call(null, 'POST', '/session', account)).body['accessToken']);
  }

  async stop(): Promise<void> {
    for (const end of this.ends) await end();
  }
}

function gatewayDatabase() {
  const { schema, migrations } = GATEWAY_PERSISTENCE;
  return testDatabase({
    schema,
    version: migrations.map((migration) => migration.toString()).join(),
    asService: auditPreparation('gateway'),
    migrate: (url) => migrate(GATEWAY_PERSISTENCE, { url }),
  });
}
