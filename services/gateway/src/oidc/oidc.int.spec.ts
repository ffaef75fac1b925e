import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import Provider from 'oidc-provider';
import { GatewayWorld } from '../specs/gateway-world.fixtures.spec.js';

const CLIENT = { id: 'waybill', secret: 'a secret between provider and gateway' };

let world: GatewayWorld;
let server: Server;
let issuer: string;
/** claims of whoever logs in next, and what the provider was asked for */
let person: { sub: string; preferred_username: string } = { sub: 'u-1', preferred_username: 'Grace.Hopper' };
const authorizations: URLSearchParams[] = [];
/** what becomes of a request to the provider before it answers itself; true: it was answered */
let meddle: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;

beforeAll(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const publicUrl = 'http://127.0.0.1:18080';
  world = await GatewayWorld.start({
    WAYBILL_OIDC_ISSUER: issuer,
    WAYBILL_OIDC_CLIENT_ID: CLIENT.id,
    WAYBILL_OIDC_CLIENT_SECRET: CLIENT.secret,
    WAYBILL_PUBLIC_URL: publicUrl,
  });
  const redirectUri = `${publicUrl}/api/v1/session/oidc/callback`;
  const answer = provider(redirectUri).callback();
  server.on('request', (request, response) => void (meddle(request, response) || answer(request, response)));
}, 120_000);
afterAll(async () => {
  await world?.stop();
  server?.closeAllConnections();
  server?.close();
});

/** A real OpenID provider whose every visitor is {@link person} and consents. */
function provider(redirectUri: string): Provider {
  const made = new Provider(issuer, {
    clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [redirectUri] }],
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    claims: { openid: ['sub'], profile: ['preferred_username'] },
    conformIdTokenClaims: false,
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ ...person, sub: id }) }),
    interactions: { url: (_context, interaction) => `/visit/${interaction.uid}` },
  });
  made.use(async (context, next) => {
    if (context.path === '/auth') authorizations.push(new URLSearchParams(context.querystring));
    if (!context.path.startsWith('/visit/')) return next();
    const { params } = await made.interactionDetails(context.req, context.res);
    const grant = new made.Grant({ accountId: person.sub, clientId: String(params['client_id']) });
    grant.addOIDCScope(String(params['scope']));
    const result = { login: { accountId: person.sub }, consent: { grantId: await grant.save() } };
    await made.interactionFinished(context.req, context.res, result, { mergeWithLastSubmission: false });
    return undefined;
  });
  return made;
}

const NO_ALGORITHM = Buffer.from('{"alg":"none"}').toString('base64url');

/** The provider's own answer to a request for tokens, with another ID token in it. */
async function answerWith(change: (token: string) => string, request: IncomingMessage, response: ServerResponse) {
  const { authorization = '', 'content-type': type = '' } = request.headers;
  const headers = { authorization, 'content-type': type };
  const answer = await fetch(`${issuer}/token?again`, { method: 'POST', headers, body: await text(request) });
  const tokens = (await answer.json()) as { id_token: string };
  expect(tokens.id_token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ ...tokens, id_token: change(tokens.id_token) }));
}

/** A browser: follows the redirects, keeps cookies; answers the callback's address without going there. */
async function visit(): Promise<{ callback: string; cookie: string }> {
  const begun = await fetch(`${world.url}/api/v1/session/oidc`, { redirect: 'manual' });
  expect(begun.status).toBe(302);
  const cookie = begun.headers.getSetCookie()[0]!;
  expect(cookie).toMatch(/^waybill-login=[\w-]{43}; .*Path=\/api\/v1\/session\/oidc; .*HttpOnly; SameSite=Lax$/);
  const jar = new Map<string, string>();
  let next = begun.headers.get('location')!;
  for (let hops = 0; hops < 10 && !next.includes('/session/oidc/callback'); hops++) {
    const headers = { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') };
    const answer = await fetch(new URL(next, issuer), { redirect: 'manual', headers });
    for (const set of answer.headers.getSetCookie()) {
      const [name, value] = set.split(';')[0]!.split('=') as [string, string];
      jar.set(name, value);
    }
    next = answer.headers.get('location') ?? `no redirect: ${answer.status} ${await answer.text()}`;
  }
  expect(next).toContain('/session/oidc/callback?code=');
  return { callback: new URL(next).search, cookie: cookie.split(';')[0]! };
}
async function comeBack(callback: string, cookie: string | null) {
  const headers = cookie ? { cookie } : undefined;
  return world.call(null, 'GET', `/session/oidc/callback${callback}`, undefined, headers);
}
async function login(): Promise<string> {
  const { callback, cookie } = await visit();
  const { status, body, headers } = await comeBack(callback, cookie);
  expect([status, body['code'], headers.get('cache-control')]).toEqual([200, undefined, 'no-store']);
  return String(body['accessToken']);
}
const who = async (token: string) => (await world.call(token, 'GET', '/session')).body;

describe('a login at the OpenID provider', () => {
  it('makes an account without rights at first, which keeps what it is given, whatever its name becomes', async () => {
    const first = await who(await login());
    expect(first).toMatchObject({ username: 'grace.hopper', permissions: [], kind: 'session' });
    const admin = await world.login();
    const found = await world.call(admin, 'GET', '/accounts?filter=username==grace.hopper');
    const [account] = found.body['items'] as { id: string; login: string }[];
    expect(account!.login).toBe('oidc');
    await world.call(admin, 'PATCH', `/accounts/${account!.id}`, { grants: [{ role: 'viewer' }] });
    person = { ...person, preferred_username: 'renamed' };
    expect(await who(await login())).toMatchObject({ username: 'grace.hopper', roles: ['viewer'] });
    const password = await world.call(admin, 'PATCH', `/accounts/${account!.id}`, { password: 'a new password' });
    expect(password.body['code']).toBe('account.noPassword');
  });

  it('asks with PKCE, state and nonce, new ones each time', async () => {
    await visit();
    const [before, last] = authorizations.slice(-2);
    expect(last!.get('code_challenge_method')).toBe('S256');
    for (const name of ['code_challenge', 'state', 'nonce']) {
      expect([name, last!.get(name)]).toEqual([name, expect.stringMatching(/^[\w-]{43}$/)]);
      expect(last!.get(name)).not.toBe(before!.get(name));
    }
  });

  it.each([
    ['admin', 'u-admin'],
    ['grace.hopper', 'u-other'],
    ['Ädmin <script>', 'u-odd'],
  ])('never gets the account of another by calling itself %j', async (preferred_username, sub) => {
    person = { sub, preferred_username };
    const { username, permissions } = await who(await login());
    expect([username, permissions]).toEqual([expect.stringMatching(/^oidc-[0-9a-f]{24}$/), []]);
  });

  it('is over for a disabled account', async () => {
    person = { sub: 'u-gone', preferred_username: 'gone' };
    await login();
    const admin = await world.login();
    const found = await world.call(admin, 'GET', '/accounts?filter=username==gone');
    const [{ id } = { id: '' }] = found.body['items'] as { id: string }[];
    await world.call(admin, 'PATCH', `/accounts/${id}`, { disabled: true });
    const { callback, cookie } = await visit();
    expect((await comeBack(callback, cookie)).body['code']).toBe('oidc.refused');
  });

  it('is refused in another browser, a second time, and with anything changed', async () => {
    person = { sub: 'u-2', preferred_username: 'second' };
    const count = async () => (await world.sql.query<unknown[]>('SELECT 1 FROM credentials')).length;
    const before = await count();
    const code = async (callback: string, cookie: string | null) => (await comeBack(callback, cookie)).body['code'];
    const { callback, cookie } = await visit();
    expect(await code(callback, null)).toBe('oidc.refused');
    expect(await code(callback, `waybill-login=${'A'.repeat(43)}`)).toBe('oidc.refused');
    const other = await visit();
    // somebody else's code in this browser: login CSRF
    expect(await code(other.callback, cookie)).toBe('oidc.refused');
    // that login is used up
    expect(await code(callback, cookie)).toBe('oidc.refused');
    const third = await visit();
    expect(await code(third.callback.replace(/state=[^&]+/, 'state=made-up'), third.cookie)).toBe('oidc.refused');
    const fourth = await visit();
    expect(await code(fourth.callback.replace(/code=[^&]+/, 'code=made-up'), fourth.cookie)).toBe('oidc.refused');
    const late = await visit();
    await world.sql.query(`UPDATE oidc_logins SET expires_at = now() - interval '1 second'`);
    expect(await code(late.callback, late.cookie)).toBe('oidc.refused');
    expect(await count()).toBe(before);
  });

  it('is on record when it is refused', async () => {
    const refusals = async () => {
      const [row] = await world.sql.query<{ n: number }[]>(
        `SELECT count(*)::int AS n FROM gateway_audit.entries WHERE action = 'session.refused'`,
      );
      return row!.n;
    };
    const before = await refusals();
    const { callback, cookie } = await visit();
    await comeBack(callback.replace(/code=[^&]+/, 'code=made-up'), cookie);
    expect(await refusals()).toBe(before + 1);
    // whoever has begun none here, or comes back twice, fills no log
    for (const other of [null, cookie, `waybill-login=${'A'.repeat(43)}`])
      expect((await comeBack(callback, other)).body['code']).toBe('oidc.refused');
    expect(await refusals()).toBe(before + 1);
  });

  it.each([
    ['answers 503', (response: ServerResponse) => void response.writeHead(503).end()],
    ['hangs up', (response: ServerResponse) => void response.destroy()],
    [
      'hangs up in the middle',
      (response: ServerResponse) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': 999 }).write('{');
        setTimeout(() => response.destroy(), 50);
      },
    ],
    ['has had enough of us', (response: ServerResponse) => void response.writeHead(429).end()],
    [
      'does not know us',
      (response: ServerResponse) =>
        void response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"invalid_client"}'),
    ],
  ])('is nobody’s fault when the provider %s: begin again', async (_what, fail) => {
    const { callback, cookie } = await visit();
    meddle = ({ url }, response) => {
      if (url !== '/token') return false;
      fail(response);
      return true;
    };
    try {
      const { status, body } = await comeBack(callback, cookie);
      expect([status, body['code']]).toEqual([503, 'oidc.unavailable']);
    } finally {
      meddle = () => false;
    }
    await login();
  });

  it.each([
    ['whose signature is another’s', (token: string) => `${token.split('.').slice(0, 2).join('.')}.${'A'.repeat(342)}`],
    ['without a signature', (token: string) => `${NO_ALGORITHM}.${token.split('.')[1]!}.`],
  ])('is refused with an ID token %s', async (_what, forge) => {
    const { callback, cookie } = await visit();
    meddle = (request, response) => {
      if (request.url !== '/token') return false;
      void answerWith(forge, request, response);
      return true;
    };
    const { status, body } = await comeBack(callback, cookie);
    meddle = () => false;
    expect([status, body['code']]).toEqual([401, 'oidc.refused']);
  });
});

describe('without a provider', () => {
  it('says so, and when it is away', async () => {
    const none = await GatewayWorld.start();
    const away = await GatewayWorld.start({ WAYBILL_OIDC_ISSUER: 'http://127.0.0.1:9' });
    try {
      expect((await none.call(null, 'GET', '/session/oidc')).body['code']).toBe('oidc.notConfigured');
      expect((await away.call(null, 'GET', '/session/oidc')).body['code']).toBe('oidc.unavailable');
    } finally {
      await none.stop();
      await away.stop();
    }
  }, 60_000);
});
