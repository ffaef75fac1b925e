import { readFileSync } from 'node:fs';
import { Housekeeping } from '../housekeeping/housekeeping.js';
import { PERMISSIONS, ROUTE_ACCESS } from '@waybill/contracts';
import { GatewayWorld } from '../specs/gateway-world.fixtures.spec.js';

let world: GatewayWorld;
beforeAll(async () => {
  world = await GatewayWorld.start();
}, 120_000);
afterAll(() => world?.stop());

const who = (token: string) => world.call(token, 'GET', '/session');

describe('a session', () => {
  it('is given for username and password, and says who one is', async () => {
    const { status, body } = await world.call(null, 'POST', '/session', {
      username: 'admin',
      password: world.password,
    });
    expect([status, body]).toEqual([
      201,
      { accessToken: expect.stringMatching(/^wbs_/), expiresAt: expect.stringMatching(/Z$/) },
    ]);
    expect(Date.parse(String(body['expiresAt'])) - Date.now()).toBeGreaterThan(11.9 * 3_600_000);
    expect((await who(String(body['accessToken']))).body).toEqual({
      username: 'admin',
      roles: ['administrator'],
      grants: [{ role: 'administrator' }],
      permissions: [...PERMISSIONS],
      kind: 'session',
    });
  });

  it.each([
    ['a wrong password', { username: 'admin', password: 'wrong' }],
    ['an unknown name', { username: 'root', password: 'wrong' }],
  ])('is refused for %s, without saying which of both was wrong', async (_what, body) => {
    const answer = await world.call(null, 'POST', '/session', body);
    expect([answer.status, answer.body['code']]).toEqual([401, 'session.badCredentials']);
    expect(answer.body['detail']).toBe('The username or the password is wrong.');
  });

  it('ends when it is deleted, and no other with it', async () => {
    const [mine, other] = [await world.login(), await world.login()];
    expect((await world.call(mine, 'DELETE', '/session')).status).toBe(204);
    expect((await who(mine)).body['code']).toBe('session.required');
    expect((await who(other)).status).toBe(200);
  });

  it('is over when it has expired, and is forgotten by the housekeeping', async () => {
    const token = await world.login();
    await world.sql.query(`UPDATE credentials SET expires_at = now() - interval '1 second' WHERE id = (
      SELECT id FROM credentials WHERE kind = 'session' ORDER BY created_at DESC LIMIT 1)`);
    expect((await who(token)).status).toBe(401);
    await world.get(Housekeeping).run();
    expect(await world.sql.query('SELECT 1 FROM credentials WHERE expires_at < now()')).toEqual([]);
  });

  it('is not kept in clear', async () => {
    const token = await world.login();
    const rows = await world.sql.query<{ row: string }[]>('SELECT c::text AS row FROM credentials c');
    expect(rows.filter(({ row }) => row.includes(token.slice(4)))).toEqual([]);
  });
});

describe('the bearer guard', () => {
  const { paths } = JSON.parse(readFileSync('services/gateway/openapi.json', 'utf8')) as {
    paths: Record<string, Record<string, object>>;
  };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => [method.toUpperCase(), path] as const),
  );
  const isPublic = ([method, path]: readonly [string, string]) =>
    ROUTE_ACCESS[`${method} ${path.replace('/api/v1', '')}`] === 'public';
  const guarded = operations.filter((operation) => !isPublic(operation));

  it('lets nobody without one further than to a login', () => {
    expect(operations.filter(isPublic).map((operation) => operation.join(' '))).toEqual([
      'POST /api/v1/session',
      'GET /api/v1/session/oidc',
      'GET /api/v1/session/oidc/callback',
    ]);
  });
  const withValues = (path: string) =>
    path
      .replace('/api/v1', '')
      .replaceAll(/\{(id|computerId)\}/g, '0199aaaa-0000-7000-8000-000000000001')
      .replaceAll(/\{\w+\}/g, 'x');

  it('finds the whole API in the document', () => {
    expect(guarded.length).toBeGreaterThan(35);
  });

  it.each(guarded)('%s %s asks for a token', async (method, path) => {
    const { status, body, headers } = await world.call(null, method, withValues(path));
    expect([status, body['code'], headers.get('www-authenticate')]).toEqual([401, 'session.required', 'Bearer']);
  });

  it.each([
    ['another scheme', 'Basic YWRtaW46YWRtaW4='],
    ['a made-up token', `Bearer wbs_${'A'.repeat(43)}`],
    ['an empty one', 'Bearer '],
    ['SQL', `Bearer ' OR 1=1 --`],
  ])('refuses %s', async (_what, authorization) => {
    const { status, body } = await world.call(null, 'GET', '/packages', undefined, { authorization });
    expect([status, body['code']]).toEqual([401, 'session.required']);
  });

  it('asked no service for anything', () => {
    expect(world.behind.asked).toEqual([]);
  });
});
