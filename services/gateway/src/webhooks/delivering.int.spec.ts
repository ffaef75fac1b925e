import { EVENTS, type JobAttemptsEnded, type JobStatusChanged } from '@waybill/contracts';
import { eventually } from '@waybill/testing';
import { v7 } from 'uuid';
import { GatewayWorld } from '../specs/gateway-world.fixtures.spec.js';
import { ToldEvents } from '../specs/told-events.fixtures.spec.js';
import { AReceiver, refusing, taken } from './a-receiver.fixtures.spec.js';
import { Deliver } from './deliver.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import { DeliveryMetrics } from './delivery-metrics.js';
import { DeliveryLoop } from './delivery.loop.js';
import { RecordEvents } from './record-events.js';
import { PING } from './webhook-events.js';
import type { DeliveryView, WebhookCreated, WebhookView } from './webhooks.views.js';

const AT = '2026-09-01T00:00:00.000Z';
const ATTEMPTS = 3;

let world: GatewayWorld;
let session: string;
let events: ToldEvents;
let receiver: AReceiver;
let internal: AReceiver;
/** messages told, and those of which the deliveries are stored: a late one would be another spec's */
let [told, stored] = [0, 0];

beforeAll(async () => {
  receiver = await new AReceiver().start();
  internal = await new AReceiver().start();
  world = await GatewayWorld.start({
    WAYBILL_WEBHOOK_ORIGINS: receiver.origin,
    WAYBILL_WEBHOOK_ATTEMPTS: String(ATTEMPTS),
    WAYBILL_PUBLIC_URL: 'https://waybill.example.org',
  });
  session = await world.login();
  events = await ToldEvents.of(world);
  const record = world.get(RecordEvents);
  const run = record.run.bind(record);
  record.run = (happened) => run(happened).finally(() => stored++);
}, 120_000);
afterAll(async () => {
  await events?.stop();
  await world?.stop();
  receiver?.stop();
  internal?.stop();
});
beforeEach(() => {
  receiver.received.length = 0;
  receiver.answer = taken;
});
afterEach(async () => {
  await eventually(() => expect(stored).toBeGreaterThanOrEqual(told));
  [told, stored] = [0, 0];
  for (const { id } of (await world.call(session, 'GET', '/webhooks')).body['items'] as WebhookView[])
    await world.call(session, 'DELETE', `/webhooks/${id}`);
});

async function create(changes: object = {}): Promise<WebhookCreated> {
  const body = {
    name: 'spec',
    url: `${receiver.origin}/in`,
    events: ['job.completed', 'execution.failed'],
    ...changes,
  };
  const { status, body: made } = await world.call(session, 'POST', '/webhooks', body);
  expect(status).toBe(201);
  return made as unknown as WebhookCreated;
}

const deliveries = async (id: string, query = '') =>
  (await world.call(session, 'GET', `/webhooks/${id}/deliveries${query}`)).body['items'] as DeliveryView[];
const webhook = async (id: string) =>
  (await world.call(session, 'GET', `/webhooks/${id}`)).body as unknown as WebhookView;
const post = (path: string) => world.call(session, 'POST', path);

const completed = (jobId: string = v7()): JobStatusChanged => ({ v: 1, jobId, run: 1, status: 'completed', at: AT });
const tell = async (event: JobStatusChanged = completed(), messageId?: string) => {
  await say(EVENTS.jobStatusChanged, event, messageId);
  return event;
};
/** Whatever a service says. */
const say = (...message: Parameters<ToldEvents['tell']>) => {
  told++;
  return events.tell(...message);
};
/** As if the wait before the next attempt were over. */
const due = async (id: string) => {
  await world.sql.query(
    `UPDATE webhook_deliveries SET next_attempt_at = now() WHERE webhook_id = $1 AND state = 'pending' AND answered_at IS NOT NULL`,
    [id],
  );
};
/** Every wait is over at once until all has an end. */
const toTheEnd = (id: string, state: DeliveryView['state'], count = 1) =>
  eventually(async () => {
    await due(id);
    const found = await deliveries(id);
    expect(found.map((delivery) => delivery.state)).toEqual(Array(count).fill(state));
    return found;
  });

describe('an event', () => {
  it('is posted as a CloudEvent to the webhooks that want it, and to no other', async () => {
    const wants = await create();
    const other = await create({ events: ['job.halted'], url: `${receiver.origin}/other` });
    const disabled = await create({ enabled: false, url: `${receiver.origin}/disabled` });
    const { jobId } = await tell();
    const [delivery] = await toTheEnd(wants.id, 'delivered');
    const [request] = receiver.received;
    expect(receiver.received).toHaveLength(1);
    expect(request!.path).toBe('/in');
    expect(request!.headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
    expect(request!.headers['webhook-id']).toBe(delivery!.eventId);
    expect(request!.event).toEqual({
      specversion: '1.0',
      id: delivery!.eventId,
      source: 'https://waybill.example.org/api/v1',
      type: 'waybill.job.completed.v1',
      subject: `jobs/${jobId}`,
      time: AT,
      datacontenttype: 'application/json',
      data: { jobId, run: 1, status: 'completed' },
    });
    expect(delivery).toMatchObject({
      webhookId: wants.id,
      event: 'job.completed',
      attempts: 1,
      nextAttemptAt: null,
      lastAnswer: { status: 204, error: null },
    });
    expect(await deliveries(other.id)).toEqual([]);
    expect(await deliveries(disabled.id)).toEqual([]);
  });

  it('that comes twice is sent once', async () => {
    const { id } = await create({ events: ['job.completed', 'job.running', 'job.waveReleased', 'execution.failed'] });
    const [event, messageId] = [completed(), v7()];
    await tell(event, messageId);
    await tell(event, messageId);
    const wave = { v: 1, jobId: event.jobId, run: 1, wave: 2, at: AT };
    for (let i = 0; i < 2; i++) await say(EVENTS.jobWaveReleased, wave);
    // the same status again is something else
    await tell({ ...event, run: 2 });
    await toTheEnd(id, 'delivered', 3);
    expect(receiver.received.map(({ event: { type } }) => type).sort()).toEqual([
      'waybill.job.completed.v1',
      'waybill.job.completed.v1',
      'waybill.job.waveReleased.v1',
    ]);
    expect(new Set(receiver.received.map(({ event: { id: eventId } }) => eventId)).size).toBe(3);
  });

  it('tells how each execution ended, of those ends that are wanted', async () => {
    const { id } = await create();
    const jobId = v7();
    const ended = (computerId: string, status: 'failed' | 'succeeded') => ({
      computerId,
      computerName: 'pc-1',
      attempt: 2,
      status,
      reason: 'install.exitCode',
      message: 'It was 1603.',
      exitCode: 1603,
      endedAt: AT,
    });
    const [one, two, three] = [v7(), v7(), v7()];
    const body: JobAttemptsEnded = {
      v: 1,
      jobId,
      run: 1,
      attempts: [ended(one, 'failed'), ended(two, 'succeeded'), ended(three, 'failed')],
    };
    await say(EVENTS.jobAttemptsEnded, body);
    await say(EVENTS.jobAttemptsEnded, body);
    await toTheEnd(id, 'delivered', 2);
    expect(receiver.received).toHaveLength(2);
    expect(receiver.of(`jobs/${jobId}/executions/${one}`)[0]!.event).toMatchObject({
      type: 'waybill.execution.failed.v1',
      time: AT,
      data: {
        jobId,
        run: 1,
        computerId: one,
        computerName: 'pc-1',
        attempt: 2,
        status: 'failed',
        reason: 'install.exitCode',
        message: 'It was 1603.',
        exitCode: 1603,
      },
    });
  });
});

describe('a receiver that fails', () => {
  it('is tried again with growing pauses, with the same id, and then the delivery is dead', async () => {
    receiver.answer = refusing(503);
    const { id } = await create();
    await tell();
    const first = await eventually(async () => {
      const [delivery] = await deliveries(id);
      expect(delivery!.lastAnswer).toMatchObject({ status: 503, error: 'answered 503', text: 'not today' });
      return delivery!;
    });
    expect(first.state).toBe('pending');
    const wait = Date.parse(first.nextAttemptAt!) - Date.parse(first.lastAnswer!.at);
    expect([wait >= 7_400, wait <= 15_100]).toEqual([true, true]);
    expect((await webhook(id)).failingSince).not.toBeNull();
    const [dead] = await toTheEnd(id, 'dead');
    expect([dead!.attempts, dead!.nextAttemptAt]).toEqual([ATTEMPTS, null]);
    expect(receiver.received).toHaveLength(ATTEMPTS);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([dead!.eventId]));
    expect(await deliveries(id, '?filter=state==dead')).toHaveLength(1);
    expect(await deliveries(id, '?filter=state==pending')).toEqual([]);
  });

  it('and works again gets all that is dead by one call, with the same ids', async () => {
    receiver.answer = refusing(500);
    const { id } = await create();
    for (let i = 0; i < 3; i++) await tell();
    const dead = await toTheEnd(id, 'dead', 3);
    receiver.received.length = 0;
    receiver.answer = taken;
    expect((await post(`/webhooks/${id}/actions/redeliver`)).body).toEqual({ redelivered: 3 });
    await toTheEnd(id, 'delivered', 3);
    expect(receiver.received.map(({ event }) => event.id).sort()).toEqual(dead.map(({ eventId }) => eventId).sort());
    expect((await webhook(id)).failingSince).toBeNull();
    expect((await post(`/webhooks/${id}/actions/redeliver`)).body).toEqual({ redelivered: 0 });
  });

  it('has all attempts anew for one that is redelivered', async () => {
    receiver.answer = refusing(500);
    const { id } = await create();
    await tell();
    const [dead] = await toTheEnd(id, 'dead');
    const path = `/webhooks/${id}/deliveries/${dead!.id}/actions/redeliver`;
    const again = await post(path);
    expect([again.status, again.body['state']]).toEqual([200, 'pending']);
    expect((await toTheEnd(id, 'dead'))[0]!.attempts).toBe(2 * ATTEMPTS);
    receiver.answer = taken;
    await post(path);
    await toTheEnd(id, 'delivered');
    // taken and lost: sent again all the same
    expect((await post(path)).status).toBe(200);
    await toTheEnd(id, 'delivered');
    expect(receiver.received).toHaveLength(2 * ATTEMPTS + 2);
  });

  it('gets what waits for its next attempt at once when it is redelivered, but not what is being sent', async () => {
    receiver.answer = refusing(500);
    const { id } = await create();
    await tell();
    await eventually(async () => expect((await deliveries(id))[0]!.lastAnswer).not.toBeNull());
    const answers: (() => void)[] = [];
    receiver.answer = (_request, response) => void answers.push(() => response.writeHead(204).end());
    expect((await post(`/webhooks/${id}/actions/redeliver`)).body).toEqual({ redelivered: 1 });
    await eventually(() => expect(answers).toHaveLength(1));
    const [{ id: deliveryId }] = (await deliveries(id)) as [DeliveryView];
    const twice = await post(`/webhooks/${id}/deliveries/${deliveryId}/actions/redeliver`);
    expect([twice.status, twice.body['code']]).toEqual([409, 'delivery.beingSent']);
    expect((await post(`/webhooks/${id}/actions/redeliver`)).body).toEqual({ redelivered: 0 });
    for (const answer of answers) answer();
    await eventually(async () => expect(await deliveries(id)).toMatchObject([{ state: 'delivered', attempts: 2 }]));
  });

  it('does not hold up the others, and gets one at a time itself', async () => {
    let [open, most] = [0, 0];
    receiver.answer = (request, response) => {
      if (request.path !== '/slow') return taken(request, response);
      most = Math.max(most, ++open);
      setTimeout(() => {
        open--;
        response.writeHead(500).end();
      }, 100);
    };
    const slow = await create({ url: `${receiver.origin}/slow` });
    await tell();
    await eventually(async () => expect((await webhook(slow.id)).failingSince).not.toBeNull());
    most = 0;
    const fast = await create({ url: `${receiver.origin}/fast` });
    for (let i = 0; i < 12; i++) await tell();
    await toTheEnd(fast.id, 'delivered', 12);
    await eventually(() => expect(receiver.received.filter(({ path }) => path === '/slow').length).toBeGreaterThan(3));
    expect(most).toBe(1);
  });

  it.each([
    ['redirects', refusing(302, '', { location: 'http://127.0.0.1:1/' }), 'answered 302: redirects are not followed'],
    [
      'closes the connection',
      (_: unknown, { socket }: { socket: { destroy(): void } | null }) => socket?.destroy(),
      'socket hang up',
    ],
  ])('and %s is told so in words', async (_what, answer, words) => {
    receiver.answer = answer;
    const { id } = await create();
    await tell();
    const [dead] = await toTheEnd(id, 'dead');
    expect(dead!.lastAnswer!.error).toContain(words);
  });

  it('by an answer without end is taken at its status, and of the answer little is kept', async () => {
    receiver.answer = (_request, response) => {
      response.writeHead(200);
      const flood = () => response.write('x\0'.repeat(10_000), (error) => error ?? setImmediate(flood));
      flood();
    };
    const { id } = await create();
    await tell();
    const [delivery] = await toTheEnd(id, 'delivered');
    expect(delivery!.lastAnswer!.text).toBe('x'.repeat(500));
  });
});

describe('where a webhook leads', () => {
  /** A webhook as it may be after its name has come to lead elsewhere: the url passes, the address does not. */
  const leadingTo = async (url: string) => {
    const hook = await create();
    await world.sql.query('UPDATE webhooks SET url = $2 WHERE id = $1', [hook.id, url]);
    await post(`/webhooks/${hook.id}/actions/ping`);
    const [delivery] = await toTheEnd(hook.id, 'dead');
    return delivery!.lastAnswer!;
  };

  it('is not this computer, by name or address, nor anything that is not https', async () => {
    const port = new URL(internal.origin).port;
    for (const url of [
      `https://localhost:${port}/`,
      `https://127.0.0.1:${port}/`,
      internal.origin,
      'https://169.254.169.254/',
    ])
      expect([url, await leadingTo(url)]).toMatchObject([
        url,
        { status: null, error: expect.stringContaining('WAYBILL_WEBHOOK_ORIGINS') },
      ]);
    expect(internal.received).toEqual([]);
  });

  it('is not where a receiver redirects to', async () => {
    receiver.answer = refusing(307, '', { location: `${internal.origin}/admin` });
    const { id } = await create();
    await post(`/webhooks/${id}/actions/ping`);
    expect((await toTheEnd(id, 'dead'))[0]!.lastAnswer).toMatchObject({ status: 307 });
    expect(internal.received).toEqual([]);
  });
});

describe('a ping', () => {
  it('is sent once, also to a disabled webhook', async () => {
    const { id } = await create({ enabled: false });
    const ping = await post(`/webhooks/${id}/actions/ping`);
    expect([ping.status, ping.body['state'], ping.body['event']]).toEqual([202, 'pending', PING]);
    await toTheEnd(id, 'delivered');
    expect(receiver.received.map(({ event }) => [event.type, event.data])).toEqual([
      ['waybill.webhook.ping.v1', { webhookId: id }],
    ]);
    receiver.answer = refusing(500);
    await post(`/webhooks/${id}/actions/ping`);
    await eventually(async () => expect(await deliveries(id, '?filter=state==dead')).toMatchObject([{ attempts: 1 }]));
  });
});

describe('a disabled webhook', () => {
  it('keeps what is pending and sends it when it is enabled again, where its url then leads', async () => {
    receiver.answer = refusing(500);
    const { id } = await create();
    await tell();
    await eventually(async () => expect((await deliveries(id))[0]!.attempts).toBe(1));
    await world.call(session, 'PATCH', `/webhooks/${id}`, { enabled: false, url: `${receiver.origin}/new` });
    receiver.received.length = 0;
    receiver.answer = taken;
    await due(id);
    const loop = world.get(DeliveryLoop);
    loop.wake();
    await tell();
    expect((await deliveries(id)).map(({ state }) => state)).toEqual(['pending']);
    await world.call(session, 'PATCH', `/webhooks/${id}`, { enabled: true });
    await toTheEnd(id, 'delivered');
    expect(receiver.received.map(({ path }) => path)).toEqual(['/new']);
  });
});

describe('deliveries of several processes', () => {
  it('that one has claimed when it dies are sent by another when the lease ends', async () => {
    const { id } = await create({ enabled: false });
    await world.sql.query('UPDATE webhooks SET enabled = true WHERE id = $1', [id]);
    const repository = world.get(DeliveriesRepository);
    const dying = new DeliveriesRepository(world.sql);
    // the claim of a process that never comes back; faster than the world's own loop, or once more
    const claimed = await eventually(async () => {
      await repository.add([{ id: v7(), event: 'job.completed', body: '{}' }], ATTEMPTS);
      const [first] = await dying.claim(new Map(), 8, 500);
      expect(first).toBeDefined();
      return first!;
    });
    await eventually(() =>
      expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toContain(claimed.eventId),
    );
    const [delivery] = await deliveries(id, `?filter=eventId==${claimed.eventId}`);
    expect([delivery!.state, delivery!.attempts]).toEqual(['delivered', 2]);
    // the dead come back: too late
    const outcome = { durationMs: 1, status: 500, error: 'answered 500', text: null };
    expect(await dying.settle(claimed, outcome, 0)).toBeNull();
    expect((await deliveries(id, `?filter=eventId==${claimed.eventId}`))[0]).toEqual(delivery);
  });

  it('are each sent once, by whoever has it', async () => {
    const others = Array.from(
      { length: 2 },
      () => new DeliveryLoop(new DeliveriesRepository(world.sql), world.get(Deliver), world.get(DeliveryMetrics)),
    );
    for (const other of others) other.onApplicationBootstrap();
    const { id } = await create();
    const record = world.get(RecordEvents);
    for (let i = 0; i < 60; i++) {
      const jobId = v7();
      await record.run([{ id: jobId, event: 'job.completed', subject: `jobs/${jobId}`, time: AT, data: {} }]);
      for (const other of others) other.wake();
    }
    await toTheEnd(id, 'delivered', 60);
    for (const other of others) await other.beforeApplicationShutdown();
    expect(receiver.received).toHaveLength(60);
    expect(new Set(receiver.received.map(({ event }) => event.id)).size).toBe(60);
  });
});

describe('housekeeping', () => {
  it('forgets what was delivered a week ago and what died a month ago, and gives up what waited a week', async () => {
    const { id } = await create({ enabled: false });
    const repository = world.get(DeliveriesRepository);
    const row = (event: string, state: string, age: string) =>
      world.sql.query(
        `INSERT INTO webhook_deliveries (id, webhook_id, event_id, event, body, state, attempts_until, pending_since, next_attempt_at, answered_at)
         VALUES (gen_random_uuid(), $1, gen_random_uuid(), $2, '{}', $3, 3, now() - $4::interval,
           CASE WHEN $3 = 'pending' THEN now() END, CASE WHEN $3 <> 'pending' THEN now() - $4::interval END)`,
        [id, event, state, age],
      );
    await row('delivered.old', 'delivered', '8 days');
    await row('delivered.new', 'delivered', '6 days');
    await row('dead.old', 'dead', '31 days');
    await row('dead.new', 'dead', '29 days');
    await row('pending.old', 'pending', '8 days');
    await row('pending.new', 'pending', '6 days');
    await repository.removeOld();
    const left = (await deliveries(id)).map(({ event, state }) => `${event} ${state}`).sort();
    expect(left).toEqual(['dead.new dead', 'delivered.new delivered', 'pending.new pending', 'pending.old dead']);
    const [given] = await deliveries(id, '?filter=event==pending.old');
    expect(given!.lastAnswer!.error).toContain('7 days');
  });
});
