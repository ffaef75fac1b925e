import { FLEET_RPC } from '@waybill/contracts';
import { MessagingHealth } from '../nest/messaging-health.js';
import { RpcClient } from '../rpc/rpc-client.js';
import { TcpProxy } from '../specs/tcp-proxy.spec.js';
import { eventually, TestBroker } from '../specs/test-broker.spec.js';
import { startService, type TestService } from '../specs/test-service.spec.js';

describe('a broker that hangs with its connections open', () => {
  let broker: TestBroker;
  let proxy: TcpProxy;
  let service: TestService;

  beforeAll(async () => {
    broker = await TestBroker.start();
    const { hostname, port } = new URL(broker.url);
    proxy = new TcpProxy({ host: hostname, port: Number(port) });
    await proxy.restore();
    service = await startService(broker, [], { service: 'fleet', brokerUrl: proxy.replaceIn(broker.url) });
  });
  afterAll(async () => {
    proxy.thaw();
    await broker.stop();
    await proxy.cut();
  });

  it('makes the service not ready within seconds, and ready again when it goes on', async () => {
    const { links, server } = service;
    const indicators = new MessagingHealth(links, server, null).indicators();
    const answers = () => Promise.all(indicators.map(async ({ name, check }) => [name, await check()] as const));
    const well = [
      ['broker.services', null],
      ['broker.agents', null],
      ['consumers', null],
    ];
    await eventually(async () => expect(await answers()).toEqual(well));

    proxy.freeze();
    const hangs = [
      ['broker.services', 'the broker does not answer within 2 s (services)'],
      ['broker.agents', 'the broker does not answer within 2 s (agents)'],
      ['consumers', null],
    ];
    expect(await answers()).toEqual(hangs);
    // asked again and again, it is still one question that waits
    expect(await Promise.all([answers(), answers()])).toEqual([hangs, hangs]);
    for (const vhost of links.vhosts) expect(links.of(vhost).publish.connected).toBe(true);

    proxy.thaw();
    await eventually(async () => expect(await answers()).toEqual(well));
  }, 60_000);

  it('of a question that was not answered nobody says that it may have been carried out', async () => {
    const client = new RpcClient(service.links.of('services').publish);
    await eventually(() => expect(client.ready).toBe(true));
    proxy.freeze();
    const detail = (call: Promise<unknown>) => call.catch((error: { detail: string }) => error.detail);
    const id = '0199f3a0-7c1e-7000-8000-000000000001';
    const read = detail(client.call(FLEET_RPC.computerGet, { id }, { timeoutMs: 200 }));
    const change = detail(client.call(FLEET_RPC.computerRemove, { id }, { timeoutMs: 200 }));
    expect(await read).toBe('"computer.get.v1" did not answer within 200 ms. Ask again in a moment.');
    expect(await change).toContain('It may have been carried out');
    proxy.thaw();
    await client.close();
  });

  it('does not keep a service from ending', async () => {
    proxy.freeze();
    await service.close();
  }, 30_000);
});
