import { setTimeout as delay } from 'node:timers/promises';
import { Controller } from '@nestjs/common';
import { ComputerRef, ComputerRemoved, EVENTS, FLEET_RPC } from '@waybill/contracts';
import { gatewayClient } from '../specs/test-actor.spec.js';
import { computerRemoved } from '../specs/events.spec.js';
import { startRelay } from '../specs/relay.spec.js';
import { TcpProxy } from '../specs/tcp-proxy.spec.js';
import { eventually, TestBroker } from '../specs/test-broker.spec.js';
import { TestDatabase } from '../specs/test-database.spec.js';
import { startService, type TestService } from '../specs/test-service.spec.js';
import { Outbox } from '../outbox/outbox.js';
import { EventHandler, RpcHandler } from './decorators.js';

const handled = new Set<string>();

@Controller()
class EverythingController {
  @EventHandler({ event: EVENTS.computerRemoved, queue: 'result.computers', type: ComputerRemoved })
  removed({ computerId }: ComputerRemoved): void {
    handled.add(computerId);
  }

  @RpcHandler(FLEET_RPC.computerGet, ComputerRef)
  get({ id }: ComputerRef): object {
    return { id };
  }
}

describe('the broker is away for a while', () => {
  let broker: TestBroker;
  let database: TestDatabase;
  let proxy: TcpProxy;
  let service: TestService;

  beforeAll(async () => {
    [broker, database] = await Promise.all([TestBroker.start(), TestDatabase.start()]);
    const { hostname, port } = new URL(broker.url);
    proxy = new TcpProxy({ host: hostname, port: Number(port) });
    await proxy.restore();
    service = await startService(broker, [EverythingController], {
      service: 'fleet',
      brokerUrl: proxy.replaceIn(await broker.account('fleet', { everything: true })),
      vhosts: ['services'],
    });
  });
  afterAll(async () => {
    await broker.stop();
    await proxy.cut();
    await database.stop();
  });

  it('what was decided meanwhile arrives, requests fail at once and then work, and readiness tells the truth', async () => {
    const { publish, publisher } = service.links.of('services');
    const relay = startRelay(broker, database, { publisherOf: () => publisher, vhosts: ['services'] });
    const client = gatewayClient(publish);
    const decide = async (count: number) => {
      const messages = Array.from({ length: count }, () => computerRemoved());
      await database.transaction((sql) =>
        new Outbox().add(
          sql,
          messages.map((message) => ({ vhost: 'services' as const, ...message })),
        ),
      );
      return messages.map(({ body }) => body.computerId);
    };
    const ask = (timeoutMs: number) => client.call(FLEET_RPC.computerGet, { id: crypto.randomUUID() }, { timeoutMs });
    const before = await decide(50);
    await ask(30_000);

    await proxy.cut();
    const during = await decide(200);
    await eventually(() => expect(service.server.troubles()).not.toEqual([]));
    await eventually(() => expect(relay.trouble).toContain('no connection'));
    // at its deadline, before a timer that is due later: that also holds when both are late
    const tooLate = delay(2_000, 'too late', { ref: false });
    await expect(Promise.race([ask(300), tooLate])).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'rpc.unavailable',
    });
    expect(publisher.ready).toBe(false);

    await proxy.restore();
    await eventually(() => expect(handled).toEqual(new Set([...before, ...during])), 60_000);
    await eventually(() => expect(service.server.troubles()).toEqual([]));
    await eventually(() => expect(relay.trouble).toBeNull());
    await eventually(async () => expect(await database.count('outbox')).toBe(0));
    await expect(ask(30_000)).resolves.toHaveProperty('id');
    await client.close();
  });
});
