import { randomUUID } from 'node:crypto';
import { Controller } from '@nestjs/common';
import {
  ComputerRef,
  ComputerRemoved,
  EVENTS,
  EXCHANGES,
  FLEET_RPC,
  GroupRef,
  JobStatusChanged,
  notFound,
  REPORT_QUEUES,
  reportKey,
  rpcQueue,
} from '@waybill/contracts';
import { Publisher } from '../client/publisher.js';
import type { RpcClient } from '../rpc/rpc-client.js';
import { BatchHandler, EventHandler, RpcHandler } from '../server/decorators.js';
import type { IncomingMessage } from '../server/incoming-message.js';
import { ACK, dead, type Verdict } from '../server/verdict.js';
import { computerRemoved, jobStatusChanged } from '../specs/events.spec.js';
import { gatewayClient } from '../specs/test-actor.spec.js';
import { eventually, TestBroker } from '../specs/test-broker.spec.js';
import { startService } from '../specs/test-service.spec.js';
import { TestMetrics } from '../specs/test-metrics.spec.js';
import { publishInstrument } from '../tracing/spans.js';

const failing = new Set<string>();
const broken = new Set<string>();

@Controller()
class MeasuredController {
  @EventHandler({ event: EVENTS.computerRemoved, queue: 'result.computers', type: ComputerRemoved })
  removed({ computerId }: ComputerRemoved): void {
    if (failing.delete(computerId)) throw new TypeError('for now');
  }

  @EventHandler({ event: EVENTS.jobStatusChanged, queue: 'gateway.live', type: JobStatusChanged, perInstance: true })
  live(): void {}

  @RpcHandler(FLEET_RPC.computerGet, ComputerRef)
  get({ id }: ComputerRef): object {
    if (failing.has(id)) throw notFound('computer.notFound', 'There is no such computer.');
    return { id };
  }

  @RpcHandler(FLEET_RPC.groupGet, GroupRef)
  group(): object {
    return {};
  }

  @BatchHandler({ vhost: 'agents', queue: REPORT_QUEUES.status })
  ingest(messages: IncomingMessage[]): Verdict[] {
    return messages.map(({ id }) => (broken.has(id!) ? dead('broken') : ACK));
  }
}

describe('metrics of handlers', () => {
  let metrics: TestMetrics;
  let broker: TestBroker;
  let client: RpcClient;

  beforeAll(async () => {
    metrics = new TestMetrics();
    broker = await TestBroker.start();
    await startService(broker, [MeasuredController], { service: 'fleet' });
    client = gatewayClient(broker.connection('services'));
  });
  afterAll(async () => {
    await client.close();
    await broker.stop();
    await metrics.stop();
  });

  /** How many operations were measured, by error type. */
  async function counts(name: string, key: string, value: string): Promise<Record<string, number>> {
    const points = (await metrics.points(name)).filter(({ attributes }) => attributes[key] === value);
    return Object.fromEntries(
      points.map(({ attributes, count, value: sum }) => [
        (attributes['error.type'] as string | undefined) ?? 'ok',
        name.endsWith('.messages') ? sum : count,
      ]),
    );
  }

  it('events: by queue and type, each attempt with its error', async () => {
    const publisher = new Publisher({ connection: broker.connection('services'), instrument: publishInstrument });
    const [good, second, passing] = [computerRemoved(), computerRemoved(), computerRemoved()];
    failing.add(passing.body.computerId);
    const bad = { ...computerRemoved(), body: { v: 1 } };
    for (const message of [good, second, passing, bad]) await publisher.publish(message);

    const template = `waybill.events:${EVENTS.computerRemoved}`;
    const handler = ['messaging.destination.template', `${template}:result.computers`] as const;
    await eventually(async () =>
      expect(await counts('messaging.process.duration', ...handler)).toEqual({ ok: 3, dead: 1, TypeError: 1 }),
    );
    await eventually(async () =>
      expect(
        await counts('messaging.client.consumed.messages', 'messaging.destination.name', 'result.computers'),
      ).toEqual({ ok: 3, dead: 1, retry: 1 }),
    );
    expect(await counts('messaging.client.operation.duration', 'messaging.destination.template', template)).toEqual({
      ok: 4,
    });
    // a queue of one process has no series of its own name
    await publisher.publish(jobStatusChanged());
    await eventually(async () =>
      expect(
        await counts(
          'messaging.process.duration',
          'messaging.destination.template',
          `waybill.events:${EVENTS.jobStatusChanged}:gateway.live.{id}`,
        ),
      ).toEqual({ ok: 1 }),
    );
  });

  it('events: how old they were, by the time that their publisher wrote', async () => {
    const before = (await metrics.point('waybill.queue.age', { 'messaging.destination.name': 'result.computers' }))!;
    expect(before.count).toBe(5);
    const channel = await (await broker.model('services')).createConfirmChannel();
    const { body } = computerRemoved();
    channel.publish(EXCHANGES.events, EVENTS.computerRemoved, Buffer.from(JSON.stringify(body)), {
      type: EVENTS.computerRemoved,
      messageId: randomUUID(),
      userId: 'fleet',
      timestamp: Math.floor(Date.now() / 1_000) - 120,
    });
    await channel.waitForConfirms();
    await eventually(async () => {
      const after = (await metrics.point('waybill.queue.age', { 'messaging.destination.name': 'result.computers' }))!;
      expect(after.count).toBe(6);
      expect(after.value - before.value).toBeGreaterThanOrEqual(120);
    });
  });

  it('requests: by pattern on both sides, errors by their code, and what nobody knows under one name', async () => {
    const unknown = randomUUID();
    failing.add(unknown);
    await client.call(FLEET_RPC.computerGet, { id: randomUUID() });
    await client.call(FLEET_RPC.groupGet, { name: 'accounting' });
    await expect(client.call(FLEET_RPC.computerGet, { id: unknown })).rejects.toThrow('computer.notFound');
    await expect(client.call(FLEET_RPC.computerGet, { id: 'x' })).rejects.toThrow('request.invalid');
    await expect(client.call(FLEET_RPC.groupRemove, { name: 'x' })).rejects.toThrow('rpc.unknownPattern');

    const errors = { ok: 1, 'computer.notFound': 1, 'request.invalid': 1 };
    for (const name of ['rpc.server.call.duration', 'rpc.client.call.duration'])
      expect([name, await counts(name, 'rpc.method', FLEET_RPC.computerGet)]).toEqual([name, errors]);
    expect(await counts('rpc.server.call.duration', 'rpc.method', FLEET_RPC.groupGet)).toEqual({ ok: 1 });
    expect(await counts('rpc.server.call.duration', 'rpc.method', '_OTHER')).toEqual({ 'rpc.unknownPattern': 1 });
    const handled = await metrics.points('messaging.process.duration');
    expect(handled.map(({ attributes }) => JSON.stringify(attributes)).join()).not.toContain(rpcQueue('fleet'));
  });

  it('batches: one duration each, and every message counted', async () => {
    const publisher = new Publisher({ connection: broker.connection('agents') });
    const ids = Array.from({ length: 40 }, () => randomUUID());
    for (const id of ids.slice(0, 3)) broken.add(id);
    const computerId = randomUUID();
    await Promise.all(
      ids.map((messageId) =>
        publisher.publish({
          exchange: EXCHANGES.reports,
          routingKey: reportKey(computerId, 'status'),
          type: 'status.v1',
          messageId,
          body: {},
        }),
      ),
    );
    await eventually(async () =>
      expect(
        await counts('messaging.client.consumed.messages', 'messaging.destination.name', REPORT_QUEUES.status),
      ).toEqual({ ok: 37, dead: 3 }),
    );
    const durations = await counts(
      'messaging.process.duration',
      'messaging.destination.template',
      REPORT_QUEUES.status,
    );
    expect(durations['ok']).toBeGreaterThanOrEqual(1);
    expect(durations['ok']).toBeLessThanOrEqual(40);
  });
});
