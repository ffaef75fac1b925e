import { randomUUID } from 'node:crypto';
import { COMMAND_TYPES, EXCHANGES, groupStream, inboxStream } from '@waybill/contracts';
import type { OutboxMessage } from '../outbox/outbox.js';
import { Outbox } from '../outbox/outbox.js';
import { startRelay } from '../specs/relay.spec.js';
import { eventually, TestBroker } from '../specs/test-broker.spec.js';
import { TestDatabase } from '../specs/test-database.spec.js';
import { TestMetrics } from '../specs/test-metrics.spec.js';
import { observeOutbox } from './outbox-gauges.js';

const outbox = new Outbox();

const command = (routingKey: string): OutboxMessage => ({
  vhost: 'agents',
  exchange: EXCHANGES.commands,
  routingKey,
  type: COMMAND_TYPES.execute,
  messageId: randomUUID(),
  body: 'jws',
});

describe('metrics of the outbox', () => {
  let metrics: TestMetrics;
  let broker: TestBroker;
  let database: TestDatabase;

  beforeAll(async () => {
    metrics = new TestMetrics();
    [broker, database] = await Promise.all([TestBroker.start({ shards: [5] }), TestDatabase.start()]);
  });
  afterAll(async () => {
    await broker.stop();
    await database.stop();
    await metrics.stop();
  });

  const depth = async () => (await metrics.point('waybill.outbox.messages', {}))?.value;
  const age = async () => (await metrics.point('waybill.outbox.oldest.age', {}))?.value;

  it('depth and oldest age follow what waits, at one query per collection; the lag of a command is from decision to confirm', async () => {
    let queries = 0;
    const sql = {
      query: (text: string, parameters?: unknown[]) => {
        queries++;
        return database.pool.query(text, parameters);
      },
    };
    const end = observeOutbox(() => sql);
    expect([await depth(), await age(), queries]).toEqual([0, 0, 2]);

    const lost = groupStream(randomUUID(), 1);
    await database.transaction((client) => outbox.add(client, [command(inboxStream(5)), command(lost)]));
    await database.pool.query(`UPDATE outbox SET created_at = created_at - interval '90 seconds'`);
    expect(await depth()).toBe(2);
    const first = (await age())!;
    expect(first).toBeGreaterThanOrEqual(90);
    await eventually(async () => expect(await age()).toBeGreaterThan(first));

    const relay = startRelay(broker, database, { pollMs: 50 });
    // the one whose stream is missing stays, and so does its age
    await eventually(async () => expect(await depth()).toBe(1));
    expect(await age()).toBeGreaterThan(first);
    const sent = await metrics.point('waybill.dispatch.lag', {
      'messaging.destination.template': 'waybill.commands:cmd.i.{n}',
    });
    expect(sent?.count).toBe(1);
    expect(sent?.value).toBeGreaterThanOrEqual(90);
    expect(await metrics.points('waybill.dispatch.lag')).toHaveLength(1);

    await database.pool.query('DELETE FROM outbox');
    expect([await depth(), await age()]).toEqual([0, 0]);
    await relay.stop();
    end();
    const asked = queries;
    await metrics.points('waybill.outbox.messages');
    expect(queries).toBe(asked);
  });

  it('a database that is away leaves the last known value and hurts no other metric', async () => {
    await database.transaction((client) => outbox.add(client, [command(inboxStream(5))]));
    let away = false;
    const end = observeOutbox(() => ({
      query: (text, parameters) => (away ? Promise.reject(new Error('away')) : database.pool.query(text, parameters)),
    }));
    expect(await depth()).toBe(1);
    await database.pool.query('DELETE FROM outbox');
    away = true;
    expect(await depth()).toBe(1);
    expect(await metrics.points('waybill.dispatch.lag')).toHaveLength(1);
    away = false;
    expect(await depth()).toBe(0);
    end();
  });
});
