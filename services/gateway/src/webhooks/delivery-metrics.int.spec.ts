import { EVENTS } from '@waybill/contracts';
import { eventually, TestMetrics } from '@waybill/testing';
import { v7 } from 'uuid';
import { GatewayWorld } from '../specs/gateway-world.fixtures.spec.js';
import { ToldEvents } from '../specs/told-events.fixtures.spec.js';
import { AReceiver, refusing, taken } from './a-receiver.fixtures.spec.js';
import type { WebhookCreated } from './webhooks.views.js';

const ATTEMPTS = 2;

let metrics: TestMetrics;
let receiver: AReceiver;
let world: GatewayWorld;
let events: ToldEvents;
let session: string;

beforeAll(async () => {
  metrics = new TestMetrics();
  receiver = await new AReceiver().start();
  world = await GatewayWorld.start({
    WAYBILL_WEBHOOK_ORIGINS: receiver.origin,
    WAYBILL_WEBHOOK_ATTEMPTS: String(ATTEMPTS),
  });
  session = await world.login();
  events = await ToldEvents.of(world);
}, 120_000);
afterAll(async () => {
  await events?.stop();
  await world?.stop();
  receiver?.stop();
  await metrics.stop();
});

const STATE = 'waybill.webhook.delivery.state';
const attempts = async (state: string) =>
  (await metrics.point('waybill.webhook.attempt.duration', { [STATE]: state }))?.count ?? 0;
const deliveries = async (state: string) =>
  (await metrics.point('waybill.webhook.deliveries', { [STATE]: state }))?.value;
const oldest = async () => (await metrics.points('waybill.webhook.oldest.age'))[0]?.value;
const tell = () =>
  events.tell(EVENTS.jobStatusChanged, {
    v: 1,
    jobId: v7(),
    run: 1,
    status: 'completed',
    at: new Date().toISOString(),
  });
const sql = (text: string, id: string) => world.sql.query(text, [id]);

describe('metrics of deliveries', () => {
  it('tell attempts by their outcome, what waits and for how long, and what has died', async () => {
    expect([await deliveries('pending'), await deliveries('dead'), await oldest()]).toEqual([0, 0, 0]);
    const { body } = await world.call(session, 'POST', '/webhooks', {
      name: 'metrics',
      url: `${receiver.origin}/in`,
      events: ['job.completed'],
    });
    const { id } = body as unknown as WebhookCreated;

    receiver.answer = taken;
    await tell();
    await eventually(async () => expect(await attempts('delivered')).toBe(1));
    expect(await deliveries('pending')).toBe(0);

    receiver.answer = refusing(503);
    await tell();
    await eventually(async () => expect(await attempts('pending')).toBe(1));
    expect([await deliveries('pending'), await deliveries('dead')]).toEqual([1, 0]);
    await sql(
      `UPDATE webhook_deliveries SET pending_since = now() - interval '1 hour' WHERE webhook_id = $1 AND state = 'pending'`,
      id,
    );
    expect(await oldest()).toBeGreaterThanOrEqual(3_600);
    // nobody is to hurry for a webhook that somebody has switched off
    await world.call(session, 'PATCH', `/webhooks/${id}`, { enabled: false });
    expect(await oldest()).toBe(0);
    await world.call(session, 'PATCH', `/webhooks/${id}`, { enabled: true });
    // nor is it forgotten behind more than are counted, of one that is switched off
    const { body: off } = await world.call(session, 'POST', '/webhooks', {
      name: 'off',
      url: `${receiver.origin}/off`,
      events: ['job.expired'],
      enabled: false,
    });
    await sql(
      `INSERT INTO webhook_deliveries (id, webhook_id, event_id, event, body, state, attempts_until, next_attempt_at)
       SELECT gen_random_uuid(), $1, gen_random_uuid(), 'job.expired', '', 'pending', 1, now() FROM generate_series(1, 100001)`,
      off['id'] as string,
    );
    await sql(`UPDATE webhook_deliveries SET body = body WHERE webhook_id = $1`, id);
    expect(await deliveries('pending')).toBe(100_000);
    expect(await oldest()).toBeGreaterThanOrEqual(3_600);
    await sql(`DELETE FROM webhook_deliveries WHERE webhook_id = $1`, off['id'] as string);

    await sql(`UPDATE webhook_deliveries SET next_attempt_at = now() WHERE webhook_id = $1 AND state = 'pending'`, id);
    await eventually(async () => expect(await attempts('dead')).toBe(1));
    expect([await deliveries('pending'), await deliveries('dead'), await oldest()]).toEqual([0, 1, 0]);
    expect([await attempts('delivered'), await attempts('pending')]).toEqual([1, 1]);
  });
});
