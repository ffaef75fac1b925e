import { readFileSync } from 'node:fs';
import { FLEET_RPC, PACKAGE_RPC, WaybillError } from '@waybill/contracts';
import { GatewayWorld } from '../specs/gateway-world.fixtures.spec.js';

let world: GatewayWorld;
let session: string;
beforeAll(async () => {
  world = await GatewayWorld.start();
  session = await world.login();
}, 120_000);
afterAll(() => world?.stop());
beforeEach(() => {
  world.behind.asked.length = 0;
});

describe('ETag and If-Match', () => {
  beforeEach(() => {
    world.behind.answers.set(PACKAGE_RPC.get, () => ({ name: 'acme', revision: 7 }));
    world.behind.answers.set(PACKAGE_RPC.update, ({ revision }: { revision?: number }) => {
      if (revision !== undefined && revision !== 7) {
        throw new WaybillError('precondition', 'precondition.failed', 'The package has changed since.');
      }
      return { name: 'acme', revision: 8 };
    });
  });
  const patch = (headers: Record<string, string>) =>
    world.call(session, 'PATCH', '/packages/acme', { title: 'New' }, headers);

  it('carry the revision there and back', async () => {
    const { headers } = await world.call(session, 'GET', '/packages/acme');
    expect(headers.get('etag')).toBe('"7"');
    const changed = await patch({ 'if-match': headers.get('etag')! });
    expect([changed.status, changed.headers.get('etag')]).toEqual([200, '"8"']);
    expect(world.behind.askedFor(PACKAGE_RPC.update)).toEqual([
      { name: 'acme', changes: { title: 'New' }, revision: 7 },
    ]);
  });

  it('refuse a change of what somebody else has changed', async () => {
    const { status, body } = await patch({ 'if-match': '"6"' });
    expect([status, body['code']]).toEqual([412, 'precondition.failed']);
  });

  it('do not guess what another tag means', async () => {
    const { status, body } = await patch({ 'if-match': 'W/"7"' });
    expect([status, body['code']]).toEqual([400, 'request.ifMatch']);
    expect(world.behind.asked).toEqual([]);
  });
});

describe('a query parameter', () => {
  it.each([
    ['POST', '/jobs?simulate=true', { package: 'acme', version: '1', targets: { groups: ['g'] } }, 'simulate'],
    ['POST', '/groups?dry=1', { name: 'g', kind: 'static' }, 'dry'],
    ['DELETE', '/groups/g?dryRun=true', undefined, 'dryRun'],
    ['GET', '/groups?filtre=x', undefined, 'filtre'],
    ['GET', '/groups/g?limit=1', undefined, 'limit'],
  ])('that the call does not declare is refused and nothing is done: %s %s', async (method, path, sent, name) => {
    const { status, body } = await world.call(session, method, path, sent);
    expect([status, body]).toMatchObject([400, { code: 'query.unknown', errors: [{ pointer: `/${name}` }] }]);
    expect(body['detail']).toContain(`"${name}"`);
    expect(world.behind.asked).toEqual([]);
  });

  it('that is given twice is refused in words', async () => {
    const { status, body } = await world.call(session, 'GET', '/groups?limit=1&limit=2');
    expect([status, body]).toMatchObject([400, { code: 'query.repeated', errors: [{ pointer: '/limit' }] }]);
  });

  it('that the call declares is taken', async () => {
    world.behind.answers.set(FLEET_RPC.groupList, () => ({ items: [], nextCursor: null }));
    const { status } = await world.call(session, 'GET', '/groups?limit=7&filter=name==g&sort=name');
    expect(status).toBe(200);
    expect(world.behind.askedFor(FLEET_RPC.groupList)).toEqual([{ limit: 7, filter: 'name==g', sort: 'name' }]);
    expect((await world.call(session, 'GET', '/api-tokens?limit=7')).status).toBe(200);
  });
});

describe('a path that does not exist', () => {
  it.each(['/metrics', '/', '/api', '/api/v1', '/api/v1/nothing', '/docs/nothing', '/health', '/%zz'])(
    '%s is answered with a problem',
    async (path) => {
      for (const method of ['GET', 'POST']) {
        const response = await fetch(`${world.url}${path}`, { method });
        expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
        const problem = (await response.json()) as Record<string, unknown>;
        expect(problem).toMatchObject({ status: response.status, requestId: response.headers.get('x-request-id') });
        expect(response.status).toBeGreaterThanOrEqual(400);
        expect(response.status).toBeLessThan(500);
      }
    },
  );

  it('with an id that is none names it', async () => {
    const { status, body } = await world.call(session, 'GET', '/jobs/abc');
    expect([status, body]).toMatchObject([400, { code: 'request.badId', errors: [{ pointer: '/id' }] }]);
    expect(body['detail']).toContain('"abc" is not an id; an id is a UUID such as');
  });
});

describe('a service that is away', () => {
  it('is 503 with its pattern, and when to come back', async () => {
    world.behind.answers.set(FLEET_RPC.groupGet, () => {
      throw new WaybillError('unavailable', 'fleet.away', 'Fleet cannot do this now.');
    });
    const { status, body, headers } = await world.call(session, 'GET', '/groups/g');
    expect([status, body['code'], headers.get('retry-after')]).toEqual([503, 'fleet.away', '2']);
  });

  it('that does not answer in time is 503, too', async () => {
    world.behind.answers.delete(FLEET_RPC.groupGet);
    const { status, body } = await world.call(session, 'GET', '/groups/g');
    expect([status, body['code']]).toEqual([503, 'rpc.timeout']);
  });
});

describe('health', () => {
  it('is live and, naming each dependency, ready; without a token', async () => {
    expect(await (await fetch(`${world.url}/health/live`)).json()).toEqual({ status: 'ok' });
    const ready = (await (await fetch(`${world.url}/health/ready`)).json()) as { dependencies: object };
    expect(ready).toEqual({
      status: 'ok',
      dependencies: {
        database: { status: 'ok' },
        'broker.services': { status: 'ok' },
        consumers: { status: 'ok' },
      },
    });
  });
});

describe('a manifest', () => {
  const send = async (body: string | Buffer, type: string) => {
    const response = await fetch(`${world.url}/api/v1/packages/acme/versions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${session}`, 'content-type': type },
      body: body as string,
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  it('may be YAML', async () => {
    world.behind.answers.set(PACKAGE_RPC.versionCreate, () => ({ revision: 1 }));
    expect((await send('package: acme\nversion: "1.0"\n', 'application/yaml')).status).toBe(201);
    expect(world.behind.askedFor(PACKAGE_RPC.versionCreate)).toEqual([
      { package: 'acme', manifest: { package: 'acme', version: '1.0' } },
    ]);
  });

  it.each<[string, string | Buffer, number, string]>([
    ['with aliases', 'a: &x [1]\nb: [*x, *x]', 400, 'manifest.notYaml'],
    ['with a key twice', 'a: 1\na: 2', 400, 'manifest.notYaml'],
    ['that is a text', 'hello', 400, 'manifest.invalid'],
    ['in broken UTF-8', Buffer.from([0x61, 0x3a, 0x20, 0xc3, 0x28]), 400, 'body.notUtf8'],
    ['larger than a mebibyte', `a: ${'x'.repeat(1024 * 1024)}`, 413, 'body.tooLarge'],
  ])('%s is refused', async (_what, body, status, code) => {
    expect(await send(body, 'application/yaml')).toMatchObject({ status, body: { code } });
    expect(world.behind.asked).toEqual([]);
  });
});

describe('an artifact', () => {
  it.each(['application/json', 'application/yaml', 'text/yaml', 'application/octet-stream'])(
    'of type %s is stored as it is',
    async (type) => {
      const bytes = Buffer.from('{"not": json, \u00e9');
      world.behind.answers.set(PACKAGE_RPC.uploadBegin, () => ({ uploadId: 'u', objectKey: 'artifacts/u' }));
      world.behind.answers.set(PACKAGE_RPC.uploadComplete, (stored: object) => stored);
      const response = await fetch(`${world.url}/api/v1/packages/acme/versions/1/artifacts/config.json`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${session}`, 'content-type': type },
        body: bytes,
      });
      expect([response.status, await response.json()]).toMatchObject([200, { size: bytes.length }]);
      const stored = await (await world.bucket.client.getObject(world.bucket.bucket, 'artifacts/u')).toArray();
      expect(Buffer.concat(stored as Buffer[])).toEqual(bytes);
    },
  );
});

describe('the documentation', () => {
  it('is shown by a browser that keeps to the content security policy', async () => {
    const page = await fetch(`${world.url}/docs`);
    const html = await page.text();
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(page.status).toBe(200);
    expect(policy).toContain("script-src 'self';");
    // over plain HTTP the page's scripts would be asked for where nobody listens
    expect(policy).not.toContain('upgrade-insecure-requests');
    const scripts = [...html.matchAll(/<script([^>]*)>([^<]*)<\/script>/g)];
    expect(scripts.length).toBeGreaterThanOrEqual(3);
    for (const [, attributes, inline] of scripts) {
      expect(inline!.trim()).toBe('');
      const source = /src=["']([^"']+)["']/.exec(attributes!)![1]!;
      const script = await fetch(new URL(source, page.url));
      expect([source, script.status]).toEqual([source, 200]);
      expect(script.headers.get('content-type')).toContain('javascript');
    }
    expect(html).toContain('Waybill API');
  });

  it('is the committed document', async () => {
    const served = await (await fetch(`${world.url}/openapi.json`)).json();
    expect(served).toEqual(JSON.parse(readFileSync('services/gateway/openapi.json', 'utf8')));
  });

  it('has the JSON Schema of manifests beside it, for editors, without a token', async () => {
    const served = await fetch(`${world.url}/manifest.schema.json`);
    expect([served.status, served.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('application/schema+json'),
    ]);
    expect(await served.json()).toEqual(JSON.parse(readFileSync('libs/contracts/schema/manifest.schema.json', 'utf8')));
  });
});
