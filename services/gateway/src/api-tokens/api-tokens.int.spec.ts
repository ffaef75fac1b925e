import { GatewayWorld } from '../specs/gateway-world.fixtures.spec.js';
import { AuditLog } from '@waybill/audit';
import { UnitOfWork } from '@waybill/persistence';
import type { GatewayConfig } from '../gateway.config.js';
import { whileLocked } from '../specs/while-locked.fixtures.spec.js';
import { TokenLife } from './token-life.js';
import type { ApiTokenCreated, ApiTokenView } from './api-tokens.views.js';

let world: GatewayWorld;
let session: string;
beforeAll(async () => {
  world = await GatewayWorld.start();
  session = await world.login();
}, 120_000);
afterAll(() => world?.stop());

async function create(body: object, headers: Record<string, string> = {}): Promise<ApiTokenCreated> {
  const answer = await world.call(session, 'POST', '/api-tokens', body, headers);
  expect(answer.status).toBe(201);
  return answer.body as unknown as ApiTokenCreated;
}
const listed = async (query = '') =>
  (await world.call(session, 'GET', `/api-tokens${query}`)).body['items'] as ApiTokenView[];

describe('an API token', () => {
  it('shows its secret once, works, and is listed without it', async () => {
    const { secret, ...view } = await create({ name: 'nightly-ci' });
    expect(secret).toMatch(/^wbt_/);
    expect((Date.parse(view.expiresAt!) - Date.parse(view.createdAt)) / 86_400_000).toBeCloseTo(90, 1);
    expect((await world.call(secret, 'GET', '/session')).body).toMatchObject({ username: 'admin', kind: 'apiToken' });
    expect(await listed('?filter=name==nightly-ci')).toEqual([{ ...view, lastUsedAt: expect.any(String) }]);
  });

  it('no longer works once it is revoked', async () => {
    const { id, secret } = await create({ name: 'short' });
    expect((await world.call(session, 'DELETE', `/api-tokens/${id}`)).status).toBe(204);
    expect((await world.call(secret, 'GET', '/session')).status).toBe(401);
    const again = await world.call(session, 'DELETE', `/api-tokens/${id}`);
    expect([again.status, again.body['code']]).toEqual([404, 'apiToken.notFound']);
  });

  it('cannot be used to revoke a session by its id', async () => {
    const [row] = await world.sql.query<{ id: string }[]>(`SELECT id FROM credentials WHERE kind = 'session' LIMIT 1`);
    expect((await world.call(session, 'DELETE', `/api-tokens/${row!.id}`)).status).toBe(404);
    expect((await world.call(session, 'GET', '/session')).status).toBe(200);
  });

  it.each([
    ['the past', '2020-01-01T00:00:00Z', 'apiToken.expiryPast'],
    ['the year 9999', '9999-12-31T23:59:59Z', 'apiToken.expiryTooFar'],
    ['more than a year', new Date(Date.now() + 366 * 86_400_000).toISOString(), 'apiToken.expiryTooFar'],
    ['a week', '2027-W01-1', 'request.invalid'],
    ['a day by its number', '2027-032', 'request.invalid'],
    ['no time', 'tomorrow', 'request.invalid'],
    ['a day that is none', '2027-02-30T00:00:00Z', 'request.invalid'],
  ])('cannot expire in %s', async (_what, expiresAt, code) => {
    const before = (await listed()).length;
    const { status, body } = await world.call(session, 'POST', '/api-tokens', { name: 'x', expiresAt });
    expect([status, body['code']]).toEqual([400, code]);
    expect(body['errors']).toEqual([{ pointer: '/expiresAt', message: expect.any(String) }]);
    expect(await listed()).toHaveLength(before);
  });

  it('lives for a year if that is wanted', async () => {
    const expiresAt = new Date(Date.now() + 364 * 86_400_000).toISOString();
    expect((await create({ name: 'long', expiresAt })).expiresAt).toBe(expiresAt);
  });

  it('that lives longer than the configuration allows by now is shortened when a gateway starts, and one without an end too', async () => {
    const [long, endless, short] = [
      await create({ name: 'l' }),
      await create({ name: 'e' }),
      await create({ name: 's' }),
    ];
    const old = [`created_at = created_at - interval '20 days'`, `id = ANY('{${long.id},${endless.id}}')`] as const;
    await world.sql.query(`UPDATE credentials SET ${old[0]} WHERE ${old[1]}`);
    await world.sql.query('UPDATE credentials SET expires_at = NULL WHERE id = $1', [endless.id]);
    await world.sql.query(`UPDATE credentials SET expires_at = created_at + interval '1 day' WHERE id = $1`, [
      short.id,
    ]);
    const startedWith = (apiTokenMaxDays: number) =>
      new TokenLife(
        { apiTokenMaxDays } as GatewayConfig,
        world.get(UnitOfWork),
        world.get(AuditLog),
      ).onApplicationBootstrap();
    const days = async ({ id }: ApiTokenCreated) => {
      const [view] = await listed(`?filter=id==${id}`);
      return (Date.parse(view!.expiresAt!) - Date.parse(view!.createdAt)) / 86_400_000;
    };
    await startedWith(30);
    expect([await days(long), await days(endless), await days(short)]).toEqual([30, 30, 1]);
    expect((await world.call(endless.secret, 'GET', '/session')).status).toBe(200);
    await startedWith(10);
    expect((await world.call(endless.secret, 'GET', '/session')).status).toBe(401);
    const rows = await world.sql.query<{ object_id: string }[]>(
      `SELECT object_id FROM gateway_audit.entries WHERE action = 'apiToken.shortened' AND object_id = $1`,
      [endless.id],
    );
    expect(rows).toHaveLength(2);
  });

  it('is not given to a session that ends meanwhile', async () => {
    const account = { username: 'leaving', password: 'correct horse battery' };
    await world.call(session, 'POST', '/accounts', account);
    const theirs = String((await world.call(null, 'POST', '/session', account)).body['accessToken']);
    const answer = await whileLocked(world, 'leaving', `DELETE FROM credentials WHERE account_id = $1`, () =>
      world.call(theirs, 'POST', '/api-tokens', { name: 'too late' }),
    );
    expect([answer.status, answer.body['code']]).toEqual([401, 'session.required']);
    expect(await listed('?filter=name=="too late"')).toEqual([]);
  });

  it('made with an Idempotency-Key leaves its secret nowhere', async () => {
    const headers = { 'idempotency-key': 'token-1' };
    const first = await create({ name: 'repeated' }, headers);
    const { secret, ...rest } = first;
    expect(await create({ name: 'repeated' }, headers)).toEqual(rest);
    expect(await listed('?filter=name==repeated')).toHaveLength(1);
    const rows = await world.sql.query<{ row: string }[]>('SELECT r::text AS row FROM idempotent_requests r');
    expect(rows).not.toEqual([]);
    expect(rows.filter(({ row }) => row.includes(secret))).toEqual([]);
  });

  it('limited to scopes does that and nothing else', async () => {
    world.behind.answers.set('package.list.v1', () => ({ items: [], nextCursor: null }));
    const { secret } = await create({ name: 'reader', scopes: ['packages.read'] });
    expect((await world.call(secret, 'GET', '/packages')).status).toBe(200);
    expect(world.behind.actors.at(-1)).toMatchObject({ kind: 'apiToken', scopes: ['packages.read'] });
    for (const [method, path] of [
      ['GET', '/computers'],
      ['POST', '/packages'],
      ['GET', '/accounts'],
    ] as const)
      expect((await world.call(secret, method, path)).body['code']).toBe('permission.required');
    expect((await world.call(secret, 'GET', '/session')).body['permissions']).toEqual(['packages.read']);
  });

  it('does no more than its account at the time of use', async () => {
    const account = { username: 'demoted', password: 'correct horse battery' };
    const body = { ...account, grants: [{ role: 'packager' }] };
    const { id } = (await world.call(session, 'POST', '/accounts', body)).body;
    const theirs = String((await world.call(null, 'POST', '/session', account)).body['accessToken']);
    const made = await world.call(theirs, 'POST', '/api-tokens', {
      name: 'x',
      scopes: ['packages.read', 'packages.write'],
    });
    const secret = String(made.body['secret']);
    expect((await world.call(secret, 'POST', '/packages', {})).body['code']).toBe('request.invalid');
    await world.call(session, 'PATCH', `/accounts/${String(id)}`, { grants: [{ role: 'viewer' }] });
    expect((await world.call(secret, 'POST', '/packages', {})).body['code']).toBe('permission.required');
    expect(
      (await world.call(theirs, 'POST', '/api-tokens', { name: 'y', scopes: ['packages.write'] })).body,
    ).toMatchObject({
      code: 'apiToken.scopeBeyondAccount',
      errors: [{ pointer: '/scopes/0', message: 'you do not have packages.write' }],
    });
  });

  it.each([[[]], [['everything']], [['packages.read', 'packages.read']], ['packages.read']])(
    'cannot have the scopes %j',
    async (scopes) => {
      const answer = await world.call(session, 'POST', '/api-tokens', { name: 'x', scopes });
      expect(answer.body['code']).toBe('request.invalid');
    },
  );

  it('of others is neither seen nor revoked by whoever lacks the permission', async () => {
    const { id, secret } = await create({ name: 'mine' });
    const other = await world.loginAs([{ role: 'operator' }]);
    expect((await world.call(other, 'GET', '/api-tokens')).body['items']).toEqual([]);
    expect((await world.call(other, 'DELETE', `/api-tokens/${id}`)).body['code']).toBe('apiToken.notFound');
    expect((await world.call(secret, 'GET', '/session')).status).toBe(200);
  });

  it('is listed page by page', async () => {
    for (const name of ['page-1', 'page-2', 'page-3']) await create({ name });
    const first = (await world.call(session, 'GET', '/api-tokens?filter=name==page-*&sort=name&limit=2')).body;
    const cursor = encodeURIComponent(String(first['nextCursor']));
    const second = await world.call(
      session,
      'GET',
      `/api-tokens?filter=name==page-*&sort=name&limit=2&cursor=${cursor}`,
    );
    const names = [first, second.body].flatMap((page) => (page['items'] as ApiTokenView[]).map(({ name }) => name));
    expect(names).toEqual(['page-1', 'page-2', 'page-3']);
    expect(second.body['nextCursor']).toBeNull();
  });
});
