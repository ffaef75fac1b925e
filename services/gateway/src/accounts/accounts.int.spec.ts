import { whileLocked } from '../specs/while-locked.fixtures.spec.js';
import { randomUUID } from 'node:crypto';
import type { Grant } from '@waybill/contracts';
import { GatewayWorld } from '../specs/gateway-world.fixtures.spec.js';
import type { AccountView } from './accounts.views.js';

let world: GatewayWorld;
let admin: string;
beforeAll(async () => {
  world = await GatewayWorld.start();
  admin = await world.login();
}, 120_000);
afterAll(() => world?.stop());

const PASSWORD = 'correct horse battery';
const freshName = () => `u-${randomUUID()}`;
async function create(body: object = {}): Promise<AccountView> {
  const answer = await world.call(
    admin,
    'POST',
    '/accounts',
    merged({ username: freshName(), password: PASSWORD }, body),
  );
  expect([answer.status, answer.body['code']]).toEqual([201, undefined]);
  return answer.body as unknown as AccountView;
}
const login = (username: string, password = PASSWORD) => world.call(null, 'POST', '/session', { username, password });
const tokenOf = async (username: string, password = PASSWORD) =>
  String((await login(username, password)).body['accessToken']);
const patch = (id: string, body: object, headers: Record<string, string> = {}) =>
  world.call(admin, 'PATCH', `/accounts/${id}`, body, headers);
const status = async (token: string, path = '/session') => (await world.call(token, 'GET', path)).status;

const apiTokenOf = async (session: string) =>
  String((await world.call(session, 'POST', '/api-tokens', { name: 'x' })).body['secret']);

describe('an account', () => {
  it('logs in and may do what its grants say, from the next request on', async () => {
    world.behind.answers.set('package.list.v1', () => ({ items: [], nextCursor: null }));
    const { id, username, ...rest } = await create();
    expect(rest).toEqual({
      login: 'password',
      grants: [],
      disabled: false,
      createdAt: expect.any(String),
      revision: 1,
    });
    const token = await tokenOf(username.toUpperCase());
    expect((await world.call(token, 'GET', '/session')).body).toMatchObject({ username, roles: [], permissions: [] });
    expect(await status(token, '/packages')).toBe(403);
    const grants: Grant[] = [
      { role: 'viewer', categories: ['office'] },
      { role: 'operator', groups: ['accounting'] },
    ];
    expect((await patch(id, { grants }, { 'if-match': '"1"' })).body).toMatchObject({ grants, revision: 2 });
    expect(await status(token, '/packages')).toBe(200);
    expect(world.behind.actors.at(-1)).toMatchObject({ id, name: username, kind: 'user', grants });
    expect((await patch(id, { grants: [] }, { 'if-match': '"1"' })).body['code']).toBe('precondition.failed');
    await patch(id, { grants: [] });
    expect(await status(token, '/packages')).toBe(403);
  });

  it('is over at once when it is disabled or removed, its sessions and API tokens too', async () => {
    const { id, username } = await create();
    const session = await tokenOf(username);
    const { secret } = (await world.call(session, 'POST', '/api-tokens', { name: 'x' })).body as { secret: string };
    await patch(id, { disabled: true });
    expect([await status(session), await status(secret), (await login(username)).status]).toEqual([401, 401, 401]);
    await patch(id, { disabled: false });
    expect([await status(session), await status(secret)]).toEqual([200, 200]);
    expect((await world.call(admin, 'DELETE', `/accounts/${id}`)).status).toBe(204);
    expect([await status(session), await status(secret), (await login(username)).status]).toEqual([401, 401, 401]);
    expect((await world.call(admin, 'GET', `/accounts/${id}`)).body['code']).toBe('account.notFound');
  });

  it('gets a new password from an administrator, which ends its sessions and API tokens', async () => {
    const { id, username } = await create();
    const session = await tokenOf(username);
    const apiToken = await apiTokenOf(session);
    expect((await patch(id, { password: 'another one, longer' })).status).toBe(200);
    expect([await status(session), await status(apiToken)]).toEqual([401, 401]);
    expect((await login(username)).status).toBe(401);
    expect((await login(username, 'another one, longer')).status).toBe(201);
  });

  it('changes its own password with the old one, which ends its other sessions and, unless they are to stay, its API tokens', async () => {
    const { id, username } = await create();
    const [mine, other] = [await tokenOf(username), await tokenOf(username)];
    const apiToken = await apiTokenOf(mine);
    const change = (currentPassword: string, more = {}, newPassword = 'quite a new one') =>
      world.call(mine, 'POST', '/session/actions/change-password', { currentPassword, newPassword, ...more });
    expect((await change('wrong')).body['code']).toBe('session.badCredentials');
    expect((await change(PASSWORD, { keepApiTokens: true })).status).toBe(204);
    expect([await status(mine), await status(other), await status(apiToken)]).toEqual([200, 401, 200]);
    expect((await login(username, 'quite a new one')).status).toBe(201);
    expect((await change('quite a new one', {}, 'and another one')).status).toBe(204);
    expect([await status(mine), await status(apiToken)]).toEqual([200, 401]);
    const rows = await world.sql.query<{ details: object }[]>(
      `SELECT entry::jsonb->'details' AS details FROM gateway_audit.entries
       WHERE action = 'account.passwordChanged' AND object_id = $1 ORDER BY seq`,
      [id],
    );
    expect(rows.map(({ details }) => details)).toEqual([
      { endedSessions: 1, endedApiTokens: 0 },
      { endedSessions: 1, endedApiTokens: 1 },
    ]);
  });

  it('gets no session for a password that is changed while it is looked at', async () => {
    const { username } = await create();
    const answer = await whileLocked(
      world,
      username,
      `UPDATE accounts SET password_hash = 'another' WHERE id = $1`,
      () => login(username),
    );
    expect([answer.status, answer.body['code']]).toEqual([401, 'session.badCredentials']);
  });

  it('changes its password once of two times at once with the same old one', async () => {
    const { username } = await create();
    const [first, second] = [await tokenOf(username), await tokenOf(username)];
    const answers = await Promise.all(
      [first, second].map((token, i) =>
        world.call(token, 'POST', '/session/actions/change-password', {
          currentPassword: PASSWORD,
          newPassword: `quite a new one ${i}`,
        }),
      ),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([204, 401]);
  });

  it('is kept without its password, and shown without its hash', async () => {
    const { username } = await create();
    const [row] = await world.sql.query<{ row: string; hash: string }[]>(
      'SELECT a::text AS row, password_hash AS hash FROM accounts a WHERE username = $1',
      [username],
    );
    expect(row!.row).not.toContain(PASSWORD);
    expect(row!.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    const { body } = await world.call(admin, 'GET', `/accounts?filter=username==${username}`);
    expect(JSON.stringify(body)).not.toContain('argon2');
  });

  it.each<[string, object, string]>([
    ['a name that is taken', { username: 'admin' }, 'account.exists'],
    ['a name with capitals', { username: 'Admin2' }, 'request.invalid'],
    ['a short password', { password: 'short' }, 'request.invalid'],
    ['a role that is none', { grants: [{ role: 'root' }] }, 'request.invalid'],
    ['a grant that holds nowhere', { grants: [{ role: 'viewer', groups: [] }] }, 'request.invalid'],
    ['a grant with more in it', { grants: [{ role: 'viewer', everywhere: true }] }, 'request.invalid'],
    [
      'grants that no header could carry',
      { grants: Array.from({ length: 20 }, () => ({ role: 'viewer', groups: names(50) })) },
      'account.grantsTooLarge',
    ],
    // mass assignment: what the server decides cannot be sent
    ['an id of its own', { id: randomUUID() }, 'request.invalid'],
    ['the mark of the first administrator', { builtIn: true }, 'request.invalid'],
    ['a column', { built_in: true, password_hash: 'x' }, 'request.invalid'],
    ['another identity', { oidcSubject: 'x' }, 'request.invalid'],
  ])('cannot be made with %s', async (_what, body, code) => {
    const count = async () => (await world.sql.query<unknown[]>('SELECT 1 FROM accounts')).length;
    const before = await count();
    const given = { username: freshName(), password: PASSWORD };
    const answer = await world.call(admin, 'POST', '/accounts', merged(given, body));
    expect([answer.body['code'], await count()]).toEqual([code, before]);
  });

  it.each([{ username: 'other' }, { builtIn: true }, { revision: 7 }, { createdAt: '2026-01-01T00:00:00Z' }])(
    'cannot be changed by %j',
    async (body) => {
      const before = await create();
      expect((await patch(before.id, body)).body['code']).toBe('request.invalid');
      expect((await world.call(admin, 'GET', `/accounts/${before.id}`)).body).toEqual(before);
    },
  );

  it('takes nothing from a prototype', async () => {
    const body = JSON.parse('{"__proto__":{"builtIn":true,"disabled":true}}') as object;
    expect(await create(body)).toMatchObject({ login: 'password', disabled: false });
  });

  it('null for limits means none of them, and is stored as such', async () => {
    const { grants } = await create({ grants: [{ role: 'viewer', groups: null, categories: null }] });
    expect(grants).toEqual([{ role: 'viewer' }]);
  });
});

describe('the first administrator', () => {
  it('stays what the configuration says', async () => {
    const { body } = await world.call(admin, 'GET', '/accounts?filter=username==admin');
    const [{ id, login: by } = { id: '', login: '' }] = body['items'] as AccountView[];
    expect(by).toBe('builtIn');
    for (const change of [{ password: 'another one, longer' }, { grants: [] }, { disabled: true }])
      expect((await patch(id, change)).body['code']).toBe('account.builtIn');
    expect((await world.call(admin, 'DELETE', `/accounts/${id}`)).body['code']).toBe('account.builtIn');
    expect((await login('admin', world.password)).status).toBe(201);
  });
});

describe('an administrator of some groups only', () => {
  it('can neither see nor make accounts', async () => {
    const limited = await world.loginAs([{ role: 'administrator', groups: ['accounting'] }]);
    expect(await status(limited, '/accounts')).toBe(403);
    const body = { username: freshName(), password: PASSWORD, grants: [{ role: 'administrator' }] };
    expect((await world.call(limited, 'POST', '/accounts', body)).body['code']).toBe('permission.required');
  });
});

function merged(given: object, body: object): object {
  // a spread would drop an own "__proto__"
  const fields = [given, body].map((part) => JSON.stringify(part).slice(1, -1)).filter(Boolean);
  return JSON.parse(`{${fields.join(',')}}`) as object;
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `group-with-a-long-name-${i}`);
}
