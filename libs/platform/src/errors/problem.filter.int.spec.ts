import { request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import { type ProbeService, startProbe } from '../specs/probe-service.spec.js';

let probe: ProbeService;
beforeAll(async () => {
  probe = await startProbe();
});
afterAll(() => probe.app.close());

const JSON_TYPE = { 'content-type': 'application/json' };

async function problemOf(path: string, init: RequestInit = {}) {
  const response = await fetch(probe.url + path, init);
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const problem = (await response.json()) as Record<string, unknown>;
  expect(problem).toMatchObject({ status: response.status, type: `urn:waybill:problem:${String(problem['code'])}` });
  expect(problem['requestId']).toBe(response.headers.get('x-request-id'));
  expect(JSON.stringify(problem)).not.toMatch(/\bat .*\.[jt]s|node_modules/);
  return { ...problem, headers: response.headers } as Record<string, unknown> & { headers: Headers };
}

const post = (body: string | Buffer, headers: Record<string, string> = JSON_TYPE) =>
  problemOf('/probe', { method: 'POST', body: body as string, headers });

describe('a body that cannot be read', () => {
  it.each([
    ['not JSON', '{"name":', 400, 'body.notJson'],
    ['a bare word', 'hello', 400, 'body.notJson'],
    ['a JSON string', '"hello"', 400, 'body.notJson'],
    ['JSON null', 'null', 400, 'body.notJson'],
    ['broken UTF-8', Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]), 400, 'body.notUtf8'],
    ['larger than a mebibyte', JSON.stringify({ name: 'x'.repeat(1024 * 1024) }), 413, 'body.tooLarge'],
    ['an array', '[]', 400, 'request.invalid'],
    ['an array of good objects', '[{"name":"a","inner":{"count":1}}]', 400, 'request.invalid'],
  ])('%s', async (_what, body, status, code) => {
    expect(await post(body)).toMatchObject({ status, code });
  });

  it('an unknown charset', async () => {
    expect(await post('{}', { 'content-type': 'application/json; charset=klingon' })).toMatchObject({
      status: 415,
      code: 'body.charset',
    });
  });

  it('an unknown encoding', async () => {
    expect(await post('{}', { ...JSON_TYPE, 'content-encoding': 'rot13' })).toMatchObject({
      status: 415,
      code: 'body.encoding',
    });
  });

  it('small on the wire and too large unpacked', async () => {
    const bomb = gzipSync(JSON.stringify({ name: 'x'.repeat(4 * 1024 * 1024) }));
    expect(await post(bomb, { ...JSON_TYPE, 'content-encoding': 'gzip' })).toMatchObject({
      status: 413,
      code: 'body.tooLarge',
    });
  });

  it('of another type', async () => {
    const problem = await post('name=x', { 'content-type': 'application/x-www-form-urlencoded' });
    expect(problem).toMatchObject({ status: 415, code: 'body.contentType' });
    expect(problem['detail']).toContain('application/x-www-form-urlencoded');
  });
});

describe('fields that are wrong', () => {
  it('names every one with its place and what would be right', async () => {
    const problem = await post(JSON.stringify({ nam: 'a', inner: { count: '5', 'a/b': 1 } }));
    expect(problem).toMatchObject({ status: 400, code: 'request.invalid' });
    const errors = problem['errors'] as { pointer: string; message: string }[];
    expect(errors).toContainEqual({ pointer: '/nam', message: 'unknown field "nam" (did you mean "name"?)' });
    expect(errors).toContainEqual({ pointer: '/inner/count', message: expect.stringContaining('integer') });
    expect(errors.map(({ pointer }) => pointer)).toEqual(expect.arrayContaining(['/name', '/inner/a~1b']));
  });

  it.each(['__proto__', 'constructor'])('lets nobody in by "%s"', async (key) => {
    const body = `{"name":"a","inner":{"count":1},"${key}":{"admin":true,"prototype":{"admin":true}}}`;
    const response = await fetch(`${probe.url}/probe`, { method: 'POST', headers: JSON_TYPE, body });
    expect(await response.json()).toEqual({ name: 'a', inner: { count: 1 } });
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it('refuses text that no database can hold, and says where', async () => {
    const problem = await post('{"name":"a\\u0000b","inner":{"count":1,"\\ud800":"\\udfff"}}');
    expect(problem).toMatchObject({ status: 400, code: 'request.invalid' });
    expect((problem['errors'] as { pointer: string }[]).map(({ pointer }) => pointer)).toEqual(['/name', '/inner']);
  });

  it('says that a body is missing by its fields', async () => {
    expect(await problemOf('/probe', { method: 'POST' })).toMatchObject({ status: 400, code: 'request.invalid' });
  });
});

describe('paths', () => {
  it('that are unknown', async () => {
    expect(await problemOf('/nowhere')).toMatchObject({ status: 404, code: 'request.notFound' });
  });

  it('that take other methods', async () => {
    const problem = await problemOf('/probe', { method: 'DELETE' });
    expect(problem).toMatchObject({ status: 405, code: 'request.methodNotAllowed' });
    expect(problem.headers.get('allow')).toBe('POST');
    expect((await problemOf('/probe/17', { method: 'POST' })).headers.get('allow')).toBe('GET, HEAD');
  });

  it('with broken percent-encoding', async () => {
    expect(await problemOf('/probe/%E0%A4%A')).toMatchObject({ status: 400 });
  });

  it.each(['/probe/%00', '/probe/a%0ab', '/probe/%7F'])('with control characters: %s', async (path) => {
    expect(await problemOf(path)).toMatchObject({ status: 400, code: 'request.badPath' });
  });

  it('with an id that is none', async () => {
    expect(await problemOf('/probe/17')).toMatchObject({ status: 400, code: 'request.badRequest' });
  });
});

describe('errors of handlers', () => {
  it('typed ones keep code and sentence', async () => {
    expect(await problemOf('/probe/errors/x')).toMatchObject({
      status: 404,
      code: 'probe.notFound',
      detail: 'There is no such thing.',
    });
  });

  it('what is away says when to come back', async () => {
    const problem = await problemOf('/probe/errors/unavailable');
    expect([problem['status'], problem.headers.get('retry-after')]).toEqual([503, '2']);
  });

  it('what came too often says when it may come again, in whole seconds', async () => {
    const problem = await problemOf('/probe/errors/limited');
    expect([problem['status'], problem['code'], problem.headers.get('retry-after')]).toEqual([
      429,
      'probe.tooOften',
      '7',
    ]);
  });

  it.each(['ECONNREFUSED', '57P01', '08006', '53300'])(
    'a server that is away (%s) is not a mistake of ours',
    async (code) => {
      expect(await problemOf(`/probe/errors/away-${code}`)).toMatchObject({ status: 503, code: 'unavailable' });
    },
  );

  it('an error of the database about our statement is', async () => {
    expect(await problemOf('/probe/errors/away-23505')).toMatchObject({ status: 500, code: 'internal' });
  });

  it('who is not known is asked', async () => {
    expect((await problemOf('/probe/errors/unauthorized')).headers.get('www-authenticate')).toBe('Bearer');
  });

  it('a mistake of ours says nothing of its inside', async () => {
    const problem = await problemOf('/probe/errors/bug');
    expect(problem).toMatchObject({ status: 500, code: 'internal' });
    expect(JSON.stringify(problem)).not.toContain('secret detail');
  });
});

describe('request ids', () => {
  it('takes a harmless one from the caller, and no other', async () => {
    expect((await problemOf('/nowhere', { headers: { 'x-request-id': 'abc-1.2' } }))['requestId']).toBe('abc-1.2');
    expect((await problemOf('/nowhere', { headers: { 'x-request-id': 'a b"<' } }))['requestId']).toMatch(
      /^[0-9a-f-]{36}$/,
    );
  });
});

describe('uploads', () => {
  it('are not parsed even when they call themselves JSON', async () => {
    const response = await fetch(`${probe.url}/probe/upload/taken`, {
      method: 'PUT',
      headers: JSON_TYPE,
      body: '{"a": not json}',
    });
    expect(await response.json()).toEqual({ size: 15 });
  });

  it('that are refused before their body was read are answered while the client still sends', async () => {
    const status = await new Promise((resolve, reject) => {
      const request = httpRequest(`${probe.url}/probe/upload/refused`, {
        method: 'PUT',
        headers: { 'content-length': 8_000_000 },
      });
      request.on('response', (response) => resolve(response.resume().statusCode));
      request.on('error', reject);
      request.end(Buffer.alloc(8_000_000));
    });
    expect(status).toBe(409);
  });
});
