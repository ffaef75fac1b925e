import { randomUUID } from 'node:crypto';
import { Controller, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ComputerRef, ComputerRemoved, EVENTS, FLEET_RPC } from '@waybill/contracts';
import { DataSource } from 'typeorm';
import { computerRemoved } from '../specs/events.spec.js';
import { eventually, TestBroker } from '../specs/test-broker.spec.js';
import { TestDatabase } from '../specs/test-database.spec.js';
import { Inbox } from '../inbox/inbox.js';
import { Outbox } from '../outbox/outbox.js';
import { RpcClient } from '../rpc/rpc-client.js';
import { EventHandler, RpcHandler } from '../server/decorators.js';
import type { MessageContext } from '../server/message-context.js';
import { runAs } from '../actor/current-actor.js';
import { ACTOR_PEM, ADMINISTRATOR } from '../specs/test-actor.spec.js';
import { WaybillServer } from '../server/waybill-server.js';
import { MessagingHealth } from './messaging-health.js';
import { MessagingModule } from './messaging.module.js';

const SETTINGS = 'spec.settings';
const removed: string[] = [];

@Injectable()
class Fleet {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    private readonly inbox: Inbox,
  ) {}

  async remove(computerId: string): Promise<void> {
    await this.dataSource.transaction((manager) =>
      this.outbox.add(manager, [{ vhost: 'services', ...computerRemoved(computerId) }]),
    );
  }

  async note(computerId: string, messageId: string): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      if (await this.inbox.firstTime(manager, 'spec', messageId)) removed.push(computerId);
    });
  }
}

@Controller()
class FleetController {
  constructor(private readonly fleet: Fleet) {}

  @RpcHandler(FLEET_RPC.computerRemove, ComputerRef)
  async remove({ id }: ComputerRef): Promise<void> {
    await this.fleet.remove(id);
  }

  @EventHandler({ event: EVENTS.computerRemoved, queue: 'result.computers', type: ComputerRemoved })
  async onRemoved({ computerId }: ComputerRemoved, { messageId }: MessageContext): Promise<void> {
    await this.fleet.note(computerId, messageId);
  }
}

@Injectable()
class DatabaseEnd implements OnApplicationShutdown {
  constructor(private readonly dataSource: DataSource) {}

  async onApplicationShutdown(): Promise<void> {
    await this.dataSource.destroy();
  }
}

describe('MessagingModule in a service', () => {
  let broker: TestBroker;
  let database: TestDatabase;
  let brokerUrl: string;

  beforeAll(async () => {
    [broker, database] = await Promise.all([TestBroker.start(), TestDatabase.start()]);
    brokerUrl = await broker.account('fleet', { everything: true });
  });
  afterAll(async () => {
    await broker.stop();
    await database.stop();
  });

  function serviceModule() {
    const trust = { actorKey: () => ACTOR_PEM.privateKey, actorPublicKeys: () => ACTOR_PEM.publicKey };
    const settings = { brokerUrl, vhostPrefix: broker.prefix, ...trust };
    @Module({
      providers: [
        { provide: SETTINGS, useValue: settings },
        { provide: DataSource, useFactory: () => new DataSource({ type: 'postgres', url: database.url }).initialize() },
        DatabaseEnd,
      ],
      exports: [SETTINGS, DataSource],
    })
    class SettingsModule {}

    const messaging = MessagingModule.forRootAsync({
      service: 'fleet',
      imports: [SettingsModule],
      inject: [SETTINGS],
      useFactory: (value: typeof settings) => value,
      vhosts: ['services'],
      outbox: true,
    });
    return Test.createTestingModule({
      imports: [SettingsModule, messaging],
      controllers: [FleetController],
      providers: [Fleet],
    }).compile();
  }

  it('request → transaction → outbox → event → inbox, well when up, and ends with an empty outbox', async () => {
    const module = await serviceModule();
    const app = module.createNestApplication({ logger: false });
    app.connectMicroservice({ strategy: app.get(WaybillServer) });
    await app.startAllMicroservices();
    await app.init();
    const indicators = app.get(MessagingHealth).indicators();
    expect(indicators.map(({ name }) => name)).toEqual(['broker.services', 'consumers', 'outbox']);
    const answers = () => Promise.all(indicators.map(async (indicator) => indicator.check()));
    await eventually(async () => expect(await answers()).toEqual([null, null, null]));

    const computers = Array.from({ length: 50 }, () => randomUUID());
    const client = app.get(RpcClient);
    const remove = (id: string) =>
      runAs(ADMINISTRATOR, () => client.call(FLEET_RPC.computerRemove, { id }, { timeoutMs: 30_000 }));
    expect(await Promise.all(computers.map(remove))).toEqual(computers.map(() => ({})));
    await eventually(() => expect(new Set(removed)).toEqual(new Set(computers)));

    // decided just before the end: must have left before the connections close
    await app.get(Fleet).remove(randomUUID());
    await app.close();
    expect(await database.count('outbox')).toBe(0);
  });
});
