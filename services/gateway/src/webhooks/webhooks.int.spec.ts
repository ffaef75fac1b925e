import { GatewayWorld } from '../specs/gateway-world.fixtures.spec.js';
import { MAX_WEBHOOKS } from './webhooks.repository.js';
import type { WebhookCreated, WebhookView } from './webhooks.views.js';

const BODY = { name: 'tickets', url: 'https://hooks.example.org/waybill/T0K3N', events: ['job.completed'] };

let world: GatewayWorld;
let session: string;
beforeAll(async () => {
  world = await GatewayWorld.start({ WAYBILL_WEBHOOK_ORIGINS: 'http://receiver.corp:8080' });
  session = await world.login();
}, 120_000);
afterAll(() => world?.stop());

async function create(changes: object = {}, headers: Record<string, string> = {}): Promise<WebhookCreated> {
  const answer = await world.call(session, 'POST', '/webhooks', { ...BODY, ...changes }, headers);
  expect(answer.status).toBe(201);
  return answer.body as unknown as WebhookCreated;
}
const listed = async () => (await world.call(session, 'GET', '/webhooks')).body['items'] as WebhookView[];

describe('a webhook', () => {
  afterEach(async () => {
    for (const { id } of await listed())
      expect((await world.call(session, 'DELETE', `/webhooks/${id}`)).status).toBe(204);
  });

  it('shows its secret once, and never again', async () => {
    const { secret, ...view } = await create();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(view).toEqual({
      ...BODY,
      id: view.id,
      enabled: true,
      failingSince: null,
      createdAt: view.createdAt,
      revision: 1,
    });
    const shown = await world.call(session, 'GET', `/webhooks/${view.id}`);
    expect(shown.body).toEqual(view);
    expect(shown.headers.get('etag')).toBe('"1"');
    expect(await listed()).toEqual([view]);
    const changed = await world.call(session, 'PATCH', `/webhooks/${view.id}`, { name: 'other' });
    expect(changed.body).toEqual({ ...view, name: 'other', revision: 2 });
  });

  it('made with an Idempotency-Key leaves its secret nowhere else, and the audit log knows its origin only', async () => {
    const headers = { 'idempotency-key': 'webhook-1' };
    const { secret, ...view } = await create({}, headers);
    expect(await create({}, headers)).toEqual(view);
    expect(await listed()).toHaveLength(1);
    await world.call(session, 'PATCH', `/webhooks/${view.id}`, { url: 'https://hooks.example.org/0TH3R' });
    const rows = await world.sql.query<{ row: string }[]>(
      `SELECT r::text AS row FROM idempotent_requests r UNION ALL SELECT e::text FROM gateway_audit.entries e`,
    );
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64').toString('hex');
    expect(rows.filter(({ row }) => row.includes(secret) || row.includes(key))).toEqual([]);
    const audited = rows
      .map(({ row }) => row)
      .filter((row) => row.includes(view.id) && /webhook\.(created|updated)/.test(row));
    expect(audited).toHaveLength(2);
    for (const row of audited) expect(row).toContain('https://hooks.example.org');
    expect(audited.filter((row) => /T0K3N|0TH3R/.test(row))).toEqual([]);
  });

  it.each([
    [{ url: 'http://hooks.example.org/' }, '/url', 'webhook.url'],
    [{ url: 'https://127.0.0.1:8443/' }, '/url', 'webhook.url'],
    [{ url: 'https://169.254.169.254/latest' }, '/url', 'webhook.url'],
    [{ url: 'http://receiver.corp:8081/' }, '/url', 'webhook.url'],
    [{ url: 'no url' }, '/url', 'webhook.url'],
    [{ events: [] }, '/events', 'request.invalid'],
    [{ events: ['job.finished'] }, '/events', 'request.invalid'],
    [{ events: ['job.completed', 'job.completed'] }, '/events', 'request.invalid'],
    [{ events: ['webhook.ping'] }, '/events', 'request.invalid'],
    [{ name: '' }, '/name', 'request.invalid'],
    [{ secret: 'mine' }, '/secret', 'request.invalid'],
  ])('is not made with %j', async (changes, pointer, code) => {
    const made = await world.call(session, 'POST', '/webhooks', { ...BODY, ...changes });
    expect([made.status, made.body['code']]).toEqual([400, code]);
    expect(made.body['errors']).toEqual([{ pointer, message: expect.any(String) }]);
    expect(await listed()).toEqual([]);
  });

  it('is changed to a url that it may have, and only by who saw it last', async () => {
    const { id } = await create();
    const refused = await world.call(session, 'PATCH', `/webhooks/${id}`, { url: 'https://10.0.0.1/' });
    expect(refused.body['code']).toBe('webhook.url');
    const url = 'http://receiver.corp:8080/in';
    expect((await world.call(session, 'PATCH', `/webhooks/${id}`, { url }, { 'if-match': '"1"' })).body['url']).toBe(
      url,
    );
    const late = await world.call(session, 'PATCH', `/webhooks/${id}`, { name: 'x' }, { 'if-match': '"1"' });
    expect([late.status, late.body['code']]).toEqual([412, 'precondition.failed']);
  });

  it(`is one of at most ${MAX_WEBHOOKS}, also when many are made at once`, async () => {
    const answers = await Promise.all(
      Array.from({ length: MAX_WEBHOOKS + 3 }, () => world.call(session, 'POST', '/webhooks', BODY)),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(MAX_WEBHOOKS);
    const refused = answers.filter(({ status }) => status !== 201);
    expect(refused.map(({ status, body }) => [status, body['code']])).toEqual(Array(3).fill([409, 'webhook.tooMany']));
  });

  it('that is not there is not found, by any call', async () => {
    const nobody = '0199aaaa-0000-7000-8000-000000000001';
    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/actions/ping'],
      ['POST', '/actions/redeliver'],
      ['GET', '/deliveries'],
      ['POST', `/deliveries/${nobody}/actions/redeliver`],
    ] as const) {
      const { status, body } = await world.call(
        session,
        method,
        `/webhooks/${nobody}${path}`,
        method === 'PATCH' ? {} : undefined,
      );
      expect([method, path, status, body['code']]).toEqual([method, path, 404, 'webhook.notFound']);
    }
    const { id } = await create();
    const missing = await world.call(session, 'POST', `/webhooks/${id}/deliveries/${nobody}/actions/redeliver`);
    expect([missing.status, missing.body['code']]).toEqual([404, 'delivery.notFound']);
  });

  it('is for administrators of everything: whoever is limited to a group would see the jobs of others', async () => {
    await create();
    for (const grants of [
      [{ role: 'administrator', groups: ['accounting'] }],
      [{ role: 'administrator', categories: ['office'] }],
      [{ role: 'operator' }],
      [{ role: 'auditor' }],
    ] as const) {
      const token = await world.loginAs(grants as never);
      for (const [method, body] of [
        ['GET', undefined],
        ['POST', BODY],
      ] as const)
        expect((await world.call(token, method, '/webhooks', body)).body['code']).toBe('permission.required');
    }
  });
});
