import {
  type AuditEntryView,
  type AuditQuery,
  FLEET_RPC,
  JOB_RPC,
  PACKAGE_RPC,
  WaybillError,
} from '@waybill/contracts';
import { GatewayWorld } from '../specs/gateway-world.fixtures.spec.js';

let world: GatewayWorld;
let token: string;
beforeAll(async () => {
  world = await GatewayWorld.start();
  token = await world.login();
}, 120_000);
afterAll(() => world.stop());

const entry = (service: string, seq: number, changes: Partial<AuditEntryView> = {}): AuditEntryView => ({
  service,
  seq,
  at: new Date(Date.UTC(2026, 0, 1) + seq * 1000).toISOString(),
  actor: { kind: 'user', id: 'alice', name: 'alice' },
  action: 'thing.done',
  object: { type: 'thing', id: `${service}-${seq}` },
  before: null,
  after: null,
  details: {},
  requestId: null,
  address: null,
  hash: 'ab',
  ...changes,
});

/** The logs of the services behind, answered as they answer. */
const logs = new Map<string, AuditEntryView[]>();
const asked: AuditQuery[] = [];
function answer(pattern: string, service: string) {
  world.behind.answers.set(pattern, (query: AuditQuery) => {
    asked.push(query);
    const all = (logs.get(service) ?? []).toSorted((a, b) =>
      query.first === 'newest' ? b.seq - a.seq : a.seq - b.seq,
    );
    const { beyond } = query;
    const rest = all.filter(
      ({ seq }) => beyond === undefined || (query.first === 'newest' ? seq < beyond : seq > beyond),
    );
    return { items: rest.slice(0, query.limit) };
  });
}
beforeEach(() => {
  asked.length = 0;
  logs.clear();
  answer(PACKAGE_RPC.auditList, 'package');
  answer(FLEET_RPC.auditList, 'fleet');
  answer(JOB_RPC.auditList, 'job-scheduler');
});

interface AuditPage {
  items: AuditEntryView[];
  nextCursor: string | null;
}
const page = async (query: string, as: string = token) => {
  const { status, body } = await world.call(as, 'GET', `/audit?${query}`);
  return { status, body: body as unknown as AuditPage & { code: string } };
};

describe('GET /audit', () => {
  it('merges the logs of all services, newest first', async () => {
    logs.set('package', [entry('package', 1), entry('package', 4)]);
    logs.set('fleet', [entry('fleet', 2)]);
    logs.set('job-scheduler', [entry('job-scheduler', 3)]);
    const { body } = await page('');
    expect(body.items.map(({ service, action }) => `${service} ${action}`)).toEqual([
      'gateway session.created',
      'package thing.done',
      'job-scheduler thing.done',
      'fleet thing.done',
      'package thing.done',
    ]);
    expect(body.nextCursor).toBeNull();
  });

  it('goes on page by page where the page before ended', async () => {
    logs.set(
      'package',
      Array.from({ length: 7 }, (_, i) => entry('package', i + 1)),
    );
    logs.set(
      'fleet',
      Array.from({ length: 4 }, (_, i) => entry('fleet', 2 * i + 1)),
    );
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = `sort=at&limit=3${cursor ? `&cursor=${cursor}` : ''}`;
      const { body }: { body: AuditPage } = await page(query);
      seen.push(...body.items.map(({ object }) => object.id));
      cursor = body.nextCursor;
    } while (cursor);
    expect(seen.slice(0, 4)).toEqual(['fleet-1', 'package-1', 'package-2', 'fleet-3']);
    expect(seen).toHaveLength(12);
    expect(new Set(seen).size).toBe(12);
  });

  it('hands the filter on and applies it to its own log', async () => {
    const { body } = await page(`filter=${encodeURIComponent('action==session.*;actor==admin')}`);
    expect(body.items).toMatchObject([{ service: 'gateway', action: 'session.created', actor: { name: 'admin' } }]);
    expect(asked).toHaveLength(3);
    expect(new Set(asked.map(({ filter }) => filter))).toEqual(new Set(['action==session.*;actor==admin']));
  });

  it.each([
    ['filter=nonsense', 'filter.syntax'],
    ['filter=secret==x', 'filter.unknownField'],
    ['sort=actor', 'sort.unknownField'],
    ['cursor=made-up', 'cursor.invalid'],
    ['limit=100000', 'request.invalidQuery'],
    ['format=xlsx', 'audit.format'],
    ['format=csv&filter=nonsense', 'filter.syntax'],
    ['page=2', 'query.unknown'],
  ])('refuses %s', async (query, code) => {
    expect(await page(query)).toMatchObject({ status: 400, body: { code } });
  });

  it('refuses the cursor of another question', async () => {
    logs.set('package', [entry('package', 1), entry('package', 2)]);
    const { body } = await page('limit=1');
    expect(await page(`limit=1&sort=at&cursor=${body.nextCursor}`)).toMatchObject({
      status: 400,
      body: { code: 'cursor.invalid' },
    });
  });

  it('is no list with a hole: a service that is away fails it', async () => {
    world.behind.answers.set(FLEET_RPC.auditList, () => {
      throw new WaybillError('unavailable', 'unavailable', 'Fleet is away.');
    });
    expect(await page('')).toMatchObject({ status: 503 });
    expect(await page('format=ndjson')).toMatchObject({ status: 503 });
  });

  it('needs a credential', async () => {
    expect((await world.call(null, 'GET', '/audit')).status).toBe(401);
  });
});

describe('the export', () => {
  const file = (format: string) =>
    fetch(`${world.url}/api/v1/audit?sort=at&format=${format}&filter=${encodeURIComponent('at<2026-02-01')}`, {
      headers: { authorization: `Bearer ${token}` },
    });

  it('holds everything that matches, as NDJSON', async () => {
    logs.set(
      'package',
      Array.from({ length: 2100 }, (_, i) => entry('package', i + 1)),
    );
    const response = await file('ndjson');
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    const lines = (await response.text()).trimEnd().split('\n');
    expect(lines).toHaveLength(2100);
    expect(JSON.parse(lines[2099]!)).toEqual(entry('package', 2100));
  });

  it('keeps a spreadsheet from running what somebody wrote', async () => {
    const bad = '=HYPERLINK("http://evil","x")';
    logs.set('fleet', [
      entry('fleet', 1, { actor: { kind: 'user', id: '+1', name: bad }, object: { type: 'group', id: '@SUM(A1)' } }),
    ]);
    const response = await file('csv');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="audit.csv"');
    const [header, line] = (await response.text()).split('\r\n');
    expect(header).toMatch(/^at,service,seq,actor,actorKind,actorId,action,objectType,objectId,details,/);
    expect(line).toContain(`,"'=HYPERLINK(""http://evil"",""x"")",user,'+1,thing.done,group,'@SUM(A1),{},`);
  });
});

describe('the gateway itself', () => {
  const own = async () => (await page(`filter=${encodeURIComponent('service==gateway')}`)).body.items;

  it('records sessions and API tokens, without their secrets', async () => {
    const session = await world.login();
    const { body } = await world.call(session, 'POST', '/api-tokens', { name: 'nightly' });
    await world.call(session, 'DELETE', `/api-tokens/${String(body['id'])}`);
    await world.call(session, 'DELETE', '/session');
    const items = await own();
    expect(items.slice(0, 4).map(({ action }) => action)).toEqual([
      'session.ended',
      'apiToken.revoked',
      'apiToken.created',
      'session.created',
    ]);
    expect(items[2]).toMatchObject({ object: { type: 'apiToken', id: body['id'] }, details: { name: 'nightly' } });
    for (const secret of [session, String(body['secret']), world.password])
      expect(JSON.stringify(items)).not.toContain(secret);
  });

  it('records a login that failed', async () => {
    const password = 'a guess at the wrong field';
    await world.call(null, 'POST', '/session', { username: 'admin', password });
    await world.call(null, 'POST', '/session', { username: password, password });
    const refused = (account: string) => ({
      action: 'session.refused',
      actor: { kind: 'user', name: account },
      address: expect.stringContaining('127.0.0.1'),
      requestId: expect.any(String),
    });
    const newest = (await own()).slice(0, 2);
    expect(newest).toMatchObject([refused('unknown'), refused('admin')]);
    expect(JSON.stringify(newest)).not.toContain(password);
  });

  it('records a call without the permission for it, and by whom', async () => {
    const viewer = await world.loginAs([{ role: 'viewer' }]);
    expect((await world.call(viewer, 'POST', '/packages', { name: 'x', title: 'X' })).status).toBe(403);
    expect((await world.call(viewer, 'GET', '/audit')).status).toBe(403);
    const { body: me } = await world.call(viewer, 'GET', '/session');
    expect((await own()).slice(0, 2)).toMatchObject([
      { action: 'access.refused', object: { id: 'GET /api/v1/audit' }, details: { permission: 'audit.read' } },
      { action: 'access.refused', object: { id: 'POST /api/v1/packages' }, actor: { name: me['username'] } },
    ]);
  });

  it('is read by auditors', async () => {
    expect((await page('', await world.loginAs([{ role: 'auditor' }]))).status).toBe(200);
  });

  it('a revocation of what is not there leaves no entry', async () => {
    const before = await own();
    await world.call(token, 'DELETE', '/api-tokens/018f6f3e-7c1a-7000-8000-000000000001');
    expect(await own()).toEqual(before);
  });
});
