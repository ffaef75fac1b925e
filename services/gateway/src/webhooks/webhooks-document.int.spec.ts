import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@waybill/testing';
import { GatewayWorld } from '../specs/gateway-world.fixtures.spec.js';
import { WEBHOOK_EVENTS } from './webhook-events.js';
import type { DeliveryView, WebhookCreated } from './webhooks.views.js';

const DOCUMENT = readFileSync('docs/webhooks.md', 'utf8');

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('docs/webhooks.md', () => {
  const directory = mkdtempSync(join(tmpdir(), 'waybill-webhooks-'));
  let world: GatewayWorld;
  let session: string;
  let url: string;
  let receiver: ChildProcess | undefined;
  let printed = '';

  beforeAll(async () => {
    url = `http://127.0.0.1:${await freePort()}`;
    world = await GatewayWorld.start({ WAYBILL_WEBHOOK_ORIGINS: url });
    session = await world.login();
    const [, source] = /```js\n(\/\/ receiver\.mjs\n[\s\S]*?)```/.exec(DOCUMENT)!;
    writeFileSync(join(directory, 'receiver.mjs'), source!);
  }, 120_000);
  afterAll(async () => {
    receiver?.kill();
    rmSync(directory, { recursive: true });
    await world?.stop();
  });

  const start = (secret: string) => {
    const environment = { PATH: process.env['PATH'], PORT: new URL(url).port, WEBHOOK_SECRET: secret };
    receiver = spawn(process.execPath, [join(directory, 'receiver.mjs')], { env: environment });
    receiver.stdout!.on('data', (text) => (printed += String(text)));
    return eventually(async () => expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(401));
  };
  const outcome = async (id: string) => {
    await world.call(session, 'POST', `/webhooks/${id}/actions/ping`);
    return eventually(async () => {
      const { items } = (await world.call(session, 'GET', `/webhooks/${id}/deliveries`)).body as unknown as {
        items: DeliveryView[];
      };
      expect(items[0]!.state).not.toBe('pending');
      return items[0]!;
    });
  };
  const create = async () =>
    (await world.call(session, 'POST', '/webhooks', { name: 'x', url, events: ['job.completed'] }))
      .body as unknown as WebhookCreated;

  it('holds a receiver that takes what this webhook signed and refuses what another did', async () => {
    const [mine, other] = [await create(), await create()];
    await start(mine.secret);
    const taken = await outcome(mine.id);
    expect(taken).toMatchObject({ state: 'delivered', lastAnswer: { status: 204 } });
    expect(printed).toBe(`waybill.webhook.ping.v1 webhooks/${mine.id}\n`);
    expect(await outcome(other.id)).toMatchObject({
      state: 'dead',
      lastAnswer: { status: 401, text: 'not signed by Waybill' },
    });
    // the same event again: taken, and nothing is done twice
    await world.call(session, 'POST', `/webhooks/${mine.id}/deliveries/${taken.id}/actions/redeliver`);
    await eventually(async () => {
      const { items } = (await world.call(session, 'GET', `/webhooks/${mine.id}/deliveries`)).body as unknown as {
        items: DeliveryView[];
      };
      expect(items[0]).toMatchObject({ state: 'delivered', attempts: 2 });
    });
    expect(printed.split('\n')).toHaveLength(2);
  });

  it('names every event', () => {
    const words = new Set([...DOCUMENT.matchAll(/`(?:(job|execution)?\.)(\w+)`/g)].map(([, , word]) => word));
    expect(WEBHOOK_EVENTS.map((event) => event.split('.')[1]).filter((word) => !words.has(word))).toEqual([]);
  });
});
