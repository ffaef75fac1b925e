import { randomUUID } from 'node:crypto';
import { conflict, invalid, type MultipartOutcome, type MultipartTicket, PACKAGE_RPC } from '@waybill/contracts';
import { S3ObjectStorage } from '@waybill/object-storage';
import { GatewayWorld } from '../specs/gateway-world.fixtures.spec.js';
import type { UploadView } from './uploads.views.js';

const UPLOADS = '/packages/acme/versions/1.0/uploads';
const ID = randomUUID();
const ARTIFACT = { file: 'big.iso', sha256: 'a'.repeat(64), size: 7, deduplicated: false };
const PARTS = [
  { number: 1, etag: '"one"' },
  { number: 2, etag: 'two' },
];
const OF_UPLOAD = { package: 'acme', version: '1.0', uploadId: ID };

let world: GatewayWorld;
let session: string;
let storage: S3ObjectStorage;
let ticket: MultipartTicket;

beforeAll(async () => {
  world = await GatewayWorld.start();
  session = await world.login();
  storage = new S3ObjectStorage(world.bucket);
}, 120_000);
afterAll(() => world?.stop());

beforeEach(async () => {
  world.behind.asked.length = 0;
  const objectKey = `artifacts/${randomUUID()}`;
  ticket = {
    upload: {
      id: ID,
      file: 'big.iso',
      state: 'open',
      size: 7,
      sha256: null,
      partSize: 4,
      parts: [4, 3].map((size, index) => ({ number: index + 1, size, uploaded: false, etag: null })),
      verified: 0,
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
      artifact: null,
      problem: null,
    },
    objectKey,
    storageId: await storage.beginParts(objectKey),
  };
  world.behind.answers.set(PACKAGE_RPC.multipartBegin, () => ticket);
  world.behind.answers.set(PACKAGE_RPC.multipartGet, () => ticket);
});
afterEach(() => storage.remove(ticket.objectKey));

const call = (method: string, path = '', body?: object, headers: Record<string, string> = {}) =>
  world.call(session, method, `${UPLOADS}${path}`, body, headers);
const begin = (headers: Record<string, string> = {}) => call('POST', '', { file: 'big.iso', size: 7 }, headers);
const complete = (body: object = { parts: PARTS }) => call('POST', `/${ID}/actions/complete`, body);
const urlsOf = (body: unknown) => (body as UploadView).parts.map(({ url }) => url);

describe('an upload', () => {
  it('begins with URLs that take the bytes of a part', async () => {
    const { status, body, headers } = await begin();
    expect([status, headers.get('cache-control')]).toEqual([201, 'no-store']);
    expect(body).toEqual({
      ...ticket.upload,
      parts: ticket.upload.parts.map((part) => ({
        ...part,
        url: expect.stringContaining('X-Amz-Signature') as string,
      })),
    });
    expect(world.behind.askedFor(PACKAGE_RPC.multipartBegin)).toEqual([
      { package: 'acme', version: '1.0', file: 'big.iso', size: 7 },
    ]);
    const [url] = urlsOf(body);
    expect((await fetch(url!, { method: 'PUT', body: 'four' })).status).toBe(200);
    expect(await storage.parts(ticket.objectKey, ticket.storageId)).toMatchObject([{ number: 1, size: 4 }]);
  });

  it('shows what has arrived, with fresh URLs when they are asked for', async () => {
    expect((await call('GET', `/${ID}`)).body).toEqual(ticket.upload);
    const { body } = await call('GET', `/${ID}?urls=true`);
    expect(urlsOf(body)).toEqual([1, 2].map((number) => expect.stringContaining(`partNumber=${number}`) as string));
    const { status, body: problem } = await call('GET', `/${ID}?urls=maybe`);
    expect([status, problem]).toMatchObject([400, { code: 'request.invalidQuery', errors: [{ pointer: '/urls' }] }]);
  });

  it('is given up', async () => {
    world.behind.answers.set(PACKAGE_RPC.multipartAbort, () => ({}));
    expect((await call('DELETE', `/${ID}`)).status).toBe(204);
    expect(world.behind.askedFor(PACKAGE_RPC.multipartAbort)).toEqual([OF_UPLOAD]);
  });

  it('keeps its URLs out of what is recorded for an Idempotency-Key', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const first = await begin(key);
    expect(urlsOf(first.body)).not.toContain(undefined);
    const again = await begin(key);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.body).toEqual(ticket.upload);
    const rows = JSON.stringify(await world.sql.query('SELECT response FROM idempotent_requests'));
    expect(rows).toContain(ID);
    expect(rows).not.toContain('X-Amz');
  });

  it.each<[string, object, string[]]>([
    ['nothing', {}, ['/file', '/size']],
    ['wrong types', { file: 7, size: '7' }, ['/file', '/size']],
    ['a negative size', { file: 'big.iso', size: -1 }, ['/size']],
    ['more than 5 TiB', { file: 'big.iso', size: 5 * 1024 ** 4 + 1 }, ['/size']],
    ['a digest that is none', { file: 'big.iso', size: 1, sha256: 'abc' }, ['/sha256']],
    ['control characters', { file: 'a\u0000b', size: 1 }, ['/file']],
    ['unknown fields', { file: 'big.iso', size: 1, partSize: 5 }, ['/partSize']],
  ])('of %s is refused, and every wrong field is named', async (_what, body, pointers) => {
    const { status, body: problem } = await call('POST', '', body);
    expect([status, problem['code']]).toEqual([400, 'request.invalid']);
    expect([...new Set((problem['errors'] as { pointer: string }[]).map(({ pointer }) => pointer))]).toEqual(pointers);
    expect(world.behind.asked).toEqual([]);
  });
});

describe('completing', () => {
  const pending: MultipartOutcome = { size: 7, verified: 0, artifact: null };
  const done: MultipartOutcome = { size: 7, verified: 7, artifact: ARTIFACT };

  it('waits for the verification, however long it takes a request between services', async () => {
    let asked = 0;
    world.behind.answers.set(PACKAGE_RPC.multipartComplete, () => pending);
    world.behind.answers.set(PACKAGE_RPC.multipartOutcome, () => (++asked < 4 ? pending : done));
    const { status, body } = await complete();
    expect([status, body]).toEqual([200, ARTIFACT]);
    expect(world.behind.askedFor(PACKAGE_RPC.multipartComplete)).toEqual([{ ...OF_UPLOAD, parts: PARTS }]);
    expect(world.behind.askedFor(PACKAGE_RPC.multipartOutcome)).toEqual(Array(4).fill(OF_UPLOAD));
  });

  it('answers at once what is known already', async () => {
    world.behind.answers.set(PACKAGE_RPC.multipartComplete, () => done);
    expect((await complete()).body).toEqual(ARTIFACT);
    expect(world.behind.askedFor(PACKAGE_RPC.multipartOutcome)).toEqual([]);
  });

  it('answers what it was refused with, at once or in the end', async () => {
    world.behind.answers.set(PACKAGE_RPC.multipartComplete, () => {
      throw invalid('upload.partMissing', 'Part 2 is missing.', [{ pointer: '/parts/1', message: 'has not arrived' }]);
    });
    expect(await complete()).toMatchObject({
      status: 400,
      body: { code: 'upload.partMissing', errors: [{ pointer: '/parts/1' }] },
    });
    world.behind.answers.set(PACKAGE_RPC.multipartComplete, () => pending);
    world.behind.answers.set(PACKAGE_RPC.multipartOutcome, () => {
      throw conflict('version.notDraft', 'It was published.');
    });
    expect(await complete()).toMatchObject({ status: 409, body: { code: 'version.notDraft' } });
  });

  it.each<[string, object, string]>([
    ['no parts', {}, '/parts'],
    ['an empty list', { parts: [] }, '/parts'],
    ['a number too low', { parts: [{ number: 0, etag: 'x' }] }, '/parts/0/number'],
    ['no etag', { parts: [PARTS[0], { number: 2 }] }, '/parts/1/etag'],
    ['an unknown field', { parts: [{ ...PARTS[0], size: 1 }] }, '/parts/0/size'],
  ])('with %s is refused', async (_what, body, pointer) => {
    const { status, body: problem } = await complete(body);
    expect([status, problem['code']]).toEqual([400, 'request.invalid']);
    expect((problem['errors'] as { pointer: string }[]).map((error) => error.pointer)).toContain(pointer);
    expect(world.behind.asked).toEqual([]);
  });

  it('and looking at what is no id are refused', async () => {
    for (const [method, path] of [
      ['GET', '/17'],
      ['DELETE', '/17'],
      ['POST', '/17/actions/complete'],
      ['GET', '/..%2F..%2Fetc'],
    ] as const) {
      const { status } = await call(method, path, method === 'POST' ? { parts: PARTS } : undefined);
      expect([path, status]).toEqual([path, 400]);
    }
    expect(world.behind.asked).toEqual([]);
  });
});

describe('the URLs', () => {
  it('have the address of object storage that clients see', async () => {
    const outside = await GatewayWorld.start({ WAYBILL_S3_PUBLIC_ENDPOINT: 'https://files.example.org' });
    try {
      outside.behind.answers.set(PACKAGE_RPC.multipartBegin, () => ticket);
      const token = await outside.login();
      const { body } = await outside.call(token, 'POST', UPLOADS, { file: 'big.iso', size: 7 });
      expect(urlsOf(body).map((url) => new URL(url!).origin)).toEqual(Array(2).fill('https://files.example.org'));
    } finally {
      await outside.stop();
    }
  }, 120_000);
});
