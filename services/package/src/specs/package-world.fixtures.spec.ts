import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import { EXCHANGES, PACKAGE_RPC, type UploadTicket } from '@waybill/contracts';
import { auditPreparation } from '@waybill/audit/schema';
import { applyTopology, MessagingHealth, WaybillServer } from '@waybill/messaging';
import { migrate } from '@waybill/persistence';
import { createService, loadConfig } from '@waybill/platform';
import {
  ACTOR_KEYS,
  eventually,
  SpecCaller,
  pemOf,
  testBucket,
  type TestBucket,
  testDatabase,
  TestKeys,
  testServers,
  testVhosts,
  type TestVhosts,
} from '@waybill/testing';
import { type ChannelModel, connect } from 'amqplib';
import { DataSource } from 'typeorm';
import { PackageConfig } from '../config/package.config.js';
import { PackageModule } from '../package.module.js';
import { PACKAGE_PERSISTENCE } from '../persistence.options.js';

/** Servers, topology and service; a busy machine takes its time. */
export const START_TIMEOUT_MS = 120_000;

export interface PublishedEvent {
  type: string;
  messageId: string;
  body: Record<string, unknown>;
}

/** Servers of one spec file and a running package service, asked through the broker as the gateway asks it. */
export class PackageWorld {
  private constructor(
    readonly config: PackageConfig,
    readonly keys: TestKeys,
    private readonly keySetFile: string,
    readonly bucket: TestBucket,
    readonly rpc: SpecCaller,
    readonly events: PublishedEvent[],
    private readonly ends: (() => Promise<unknown>)[],
    public app: INestApplication,
  ) {}

  static async start(): Promise<PackageWorld> {
    const [database, vhosts, bucket] = await Promise.all([packageDatabase(), testVhosts(), testBucket()]);
    await applyTopology({
      brokerUrl: vhosts.brokerUrl,
      managementUrl: testServers().brokerManagementUrl,
      vhostPrefix: vhosts.prefix,
    });
    const keys = new TestKeys();
    const directory = mkdtempSync(join(tmpdir(), 'waybill-keys-'));
    const keySetFile = join(directory, 'keyset.jws');
    writeFileSync(keySetFile, keys.text);
    const config = loadConfig(PackageConfig, {
      WAYBILL_DATABASE_URL: database.url,
      WAYBILL_BROKER_URL: vhosts.brokerUrl,
      WAYBILL_VHOST_PREFIX: vhosts.prefix,
      WAYBILL_S3_ENDPOINT: bucket.endpoint,
      WAYBILL_S3_ACCESS_KEY: bucket.accessKey,
      WAYBILL_S3_SECRET_KEY: bucket.secretKey,
      WAYBILL_S3_BUCKET: bucket.bucket,
      WAYBILL_ACTOR_PUBLIC_KEY: ACTOR_KEYS.actorPublicKeys,
      WAYBILL_KEY_SET_FILE: keySetFile,
      WAYBILL_PUBLISHING_KEY: pemOf(keys.publish.privateKey),
      WAYBILL_LOG_LEVEL: 'silent',
    });
    const rpc = new SpecCaller(vhosts);
    const { events, listener } = await listen(vhosts);
    const ends = [
      () => rpc.close(),
      () => listener.close(),
      () => vhosts.dispose(),
      () => bucket.dispose(),
      () => database.drop(),
      () => Promise.resolve(rmSync(directory, { recursive: true })),
    ];
    return new PackageWorld(config, keys, keySetFile, bucket, rpc, events, ends, await startApp(config));
  }

  /** Puts the key set of this moment in the service's place; it is taken over within a second or two. */
  publishKeySet(): void {
    writeFileSync(this.keySetFile, this.keys.text);
  }

  get sql(): DataSource {
    return this.app.get(DataSource);
  }

  /** Another process of the same service on the same servers. */
  replica(): Promise<INestApplication> {
    return startApp(this.config);
  }

  async restart(): Promise<void> {
    await this.app.close();
    this.app = await startApp(this.config);
  }

  /** A package of that manifest's name and a draft in it. */
  async draft(manifest: { package: string; version: string }): Promise<void> {
    await this.rpc.call(PACKAGE_RPC.create, { name: manifest.package, title: manifest.package }).catch(() => undefined);
    await this.rpc.call(PACKAGE_RPC.versionCreate, { package: manifest.package, manifest });
  }

  begin(ref: { package: string; version: string }, file: string): Promise<UploadTicket> {
    return this.rpc.call(PACKAGE_RPC.uploadBegin, { package: ref.package, version: ref.version, file });
  }

  /** What the gateway does between begin and complete. */
  async write(
    { uploadId, objectKey }: UploadTicket,
    content: string,
  ): Promise<{ uploadId: string; sha256: string; size: number }> {
    const bytes = Buffer.from(content);
    await this.bucket.client.putObject(this.bucket.bucket, objectKey, bytes);
    return { uploadId, sha256: sha256(content), size: bytes.length };
  }

  async upload(ref: { package: string; version: string }, file: string, content: string) {
    return this.rpc.call(PACKAGE_RPC.uploadComplete, await this.write(await this.begin(ref, file), content));
  }

  async objects(): Promise<string[]> {
    const keys: string[] = [];
    for await (const { name } of this.bucket.client.listObjectsV2(this.bucket.bucket, '', true) as AsyncIterable<{
      name: string;
    }>)
      keys.push(name);
    return keys.sort();
  }

  /** The events about one package, when there are at least `count`. */
  eventsOf(packageName: string, count: number): Promise<PublishedEvent[]> {
    return eventually(() => {
      const found = this.events.filter(({ body }) => body['package'] === packageName);
      if (found.length < count) throw new Error(`${found.length} events about ${packageName}`);
      return found;
    });
  }

  async stop(): Promise<void> {
    await this.app.close();
    for (const end of this.ends) await end();
  }
}

export function sha256(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** A package name that no other spec of the file uses. */
export function freshName(): string {
  return `p-${randomUUID()}`;
}

function packageDatabase() {
  const version = PACKAGE_PERSISTENCE.migrations.map((migration) => String(migration.prototype.up)).join();
  return testDatabase({
    schema: 'package',
    version,
    asService: auditPreparation('package'),
    migrate: (url) => migrate(PACKAGE_PERSISTENCE, { url }),
  });
}

async function startApp(config: PackageConfig): Promise<INestApplication> {
  const options = { service: 'package', host: '127.0.0.1', port: 0, transport: WaybillServer, health: MessagingHealth };
  const app = await createService(PackageModule.with(config), options);
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
  return app;
}

async function listen({
  brokerUrl,
  services,
}: TestVhosts): Promise<{ events: PublishedEvent[]; listener: ChannelModel }> {
  const events: PublishedEvent[] = [];
  const listener = await connect(`${brokerUrl}/${encodeURIComponent(services)}`);
  const channel = await listener.createChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, EXCHANGES.events, '#');
  const keep = (message: { content: Buffer; properties: { type?: unknown; messageId?: unknown } } | null) => {
    if (!message) return;
    const { type, messageId } = message.properties;
    events.push({
      type: String(type),
      messageId: String(messageId),
      body: JSON.parse(message.content.toString()) as Record<string, unknown>,
    });
  };
  await channel.consume(queue, keep, { noAck: true });
  return { events, listener };
}
