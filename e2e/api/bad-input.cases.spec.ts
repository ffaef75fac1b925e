import { connect } from 'node:net';
import { eventually } from '@waybill/testing';
import pg from 'pg';
import { type ApiWorld, manifestOf, NOBODY } from './api-world.fixtures.spec.ts';
import { expectProblem, type Problem } from './expect-problem.fixtures.spec.ts';
import { allReady, snapshot } from './snapshot.fixtures.spec.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const JOB = { package: 'published', version: '1.0.0', targets: { groups: ['everybody'] } };
const RUN = '/packages/drafts/versions/1.0.0/artifacts/run.sh';
const pointers = ({ errors = [] }: Problem) => errors.map(({ pointer }) => pointer).sort();

/** Whatever comes in: a precise problem, nothing changed, everything still ready. */
export function badInput(current: () => ApiWorld): void {
  describe('bad input', () => {
    let world: ApiWorld;
    let before: unknown;
    beforeAll(async () => {
      world = current();
      before = await snapshot(world);
    });
    afterEach(async () => {
      await eventually(async () => expect(await snapshot(world)).toEqual(before));
      await allReady(world);
    });

    const post = async (path: string, body: unknown, status: number, code: string) =>
      expectProblem(await world.api.raw('POST', path, JSON.stringify(body), JSON_TYPE), status, code);
    const get = async (path: string, status: number, code: string) =>
      expectProblem(await world.api.raw('GET', path), status, code);

    it('unknown fields and wrong types are named all at once', async () => {
      const problem = await post('/packages', { nam: 'x', title: 5, owner: null }, 400, 'request.invalid');
      expect(pointers(problem)).toEqual(expect.arrayContaining(['/nam', '/name', '/owner', '/title']));
      expect(problem.errors!.find(({ pointer }) => pointer === '/nam')!.message).toContain('did you mean "name"');
    });

    it('a manifest with unknown keys says what was meant', async () => {
      const [variant] = manifestOf('drafts').variants;
      const { installer, ...rest } = variant!;
      const manifest = {
        ...manifestOf('drafts', '2.0.0'),
        titel: 'x',
        variants: [{ ...rest, instaler: installer, artifacts: [{ file: '../run.sh' }] }],
      };
      const problem = await post('/packages/drafts/versions', manifest, 400, 'manifest.invalid');
      expect(pointers(problem)).toEqual(expect.arrayContaining(['/titel', '/variants/0/instaler']));
      expect(pointers(problem).some((pointer) => pointer.startsWith('/variants/0/artifacts/0'))).toBe(true);
      expect(JSON.stringify(problem.errors)).toMatch(/did you mean.*installer/);
    });

    it('a job for what is not there names every mistake with its place', async () => {
      const targets = { groups: ['everybody', 'nobody'], computers: [NOBODY], exclude: { groups: ['none'] } };
      const job = { package: 'drafts', version: '1.0.0', targets, schedule: { zone: 'Mars/Phobos' } };
      expect(pointers(await post('/jobs', job, 400, 'job.invalid'))).toEqual([
        '/schedule/zone',
        '/targets/computers/0',
        '/targets/exclude/groups/0',
        '/targets/groups/1',
        '/version',
      ]);
    });

    it.each([
      ['words', { startAt: 'tomorrow' }, 'request.invalid', '/schedule/startAt'],
      ['a day that does not exist', { startAt: '2027-02-30T08:00:00Z' }, 'job.invalid', '/schedule/startAt'],
      [
        'an end before the start',
        { startAt: '2027-01-02T00:00:00Z', expiresAt: '2027-01-01T00:00:00Z' },
        'job.invalid',
        '/schedule/expiresAt',
      ],
      ['an end in the past', { expiresAt: '2020-01-01T00:00:00Z' }, 'job.invalid', '/schedule/expiresAt'],
      ['a far future', { startAt: '2090-01-01T00:00:00Z' }, 'job.invalid', '/schedule/startAt'],
    ] as const)('times without sense: %s', async (_what, schedule, code, pointer) => {
      expect(pointers(await post('/jobs', { ...JOB, schedule }, 400, code))).toEqual([pointer]);
    });

    it('a recurring job without sense names every mistake with its place', async () => {
      const schedule = {
        startAt: '2027-01-01T09:00:00Z',
        zone: 'Mars/Phobos',
        recurrence: 'FREQ=HOURLY;BYMONTHDAY=99',
      };
      const problem = await post('/jobs', { ...JOB, schedule }, 400, 'job.invalid');
      expect(pointers(problem)).toEqual([
        '/schedule/recurrence',
        '/schedule/recurrence',
        '/schedule/recurrence',
        '/schedule/startAt',
        '/schedule/zone',
      ]);
      expect(JSON.stringify(problem.errors)).toMatch(/too often.*BYMONTHDAY=99.*needs an end/);
    });

    it.each<[string, string, string, number?]>([
      ['an unknown field', '/jobs?filter=colour==red', 'filter.unknownField'],
      [
        '10,000 terms',
        `/jobs?filter=${Array.from({ length: 10_000 }, () => 'a==1').join(';')}`,
        'request.headersTooLarge',
        431,
      ],
      ['101 terms', `/jobs?filter=${Array.from({ length: 101 }, () => 'status==running').join(',')}`, 'filter.tooLong'],
      ['a broken filter', '/jobs?filter=status%3D%3D(', 'filter.syntax'],
      ['SQL', "/packages?filter=name%3D%3D'%3B%20DROP%20TABLE%20packages", 'filter.syntax'],
      ['a made-up cursor', '/jobs?cursor=eyJhIjoxfQ', 'cursor.invalid'],
      ['a cursor of nothing', '/jobs?cursor=%00', 'cursor.invalid'],
      ['limit 1001', '/jobs?limit=1001', 'request.invalidQuery'],
      ['limit 0', '/jobs?limit=0', 'request.invalidQuery'],
      ['limit "many"', '/jobs?limit=many', 'request.invalidQuery'],
      ['an unknown sort', '/jobs?sort=colour', 'sort.unknownField'],
      ['an unknown parameter', '/jobs?filtre=x', 'query.unknown'],
      ['a parameter twice', '/jobs?limit=1&limit=2', 'query.repeated'],
    ])('a list with %s', async (_what, path, code, status = 400) => {
      await get(path, status, code);
    });

    it.each<[string, string | Uint8Array<ArrayBuffer>, number, string]>([
      ['malformed JSON', '{"name":', 400, 'body.notJson'],
      ['nothing', '', 400, 'request.invalid'],
      ['a body over the limit', JSON.stringify({ name: 'x'.repeat(1_100_000) }), 413, 'body.tooLarge'],
      ['broken UTF-8', Uint8Array.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]), 400, 'body.notUtf8'],
      ['a NUL character', '{"name":"a","title":"b\\u0000"}', 400, 'request.invalid'],
      ['half a surrogate', '{"name":"a","title":"\\ud800"}', 400, 'request.invalid'],
      ['a deep nest', `{"name":"a","title":${'['.repeat(5_000)}${']'.repeat(5_000)}}`, 400, 'body.tooDeep'],
    ])('%s', async (_what, body, status, code) => {
      await expectProblem(await world.api.raw('POST', '/packages', body, JSON_TYPE), status, code);
    });

    it.each(['../etc', 'a/../b', 'a\u0000b', 'a\nb', 'A B', '', 'x'.repeat(200)])(
      'a package cannot be named %j',
      async (name) => {
        expect(pointers(await post('/packages', { name, title: 'x' }, 400, 'request.invalid'))).toContain('/name');
      },
    );

    it.each(['../etc', 'a/../b', 'a\u0007b', ''])('a group cannot be named %j', async (name) => {
      expect(pointers(await post('/groups', { name, kind: 'static' }, 400, 'request.invalid'))).toContain('/name');
    });

    it.each([
      ['/packages/..%2F..%2Fetc', 404, 'package.notFound'],
      ['/packages/%2e%2e%2fetc%2fpasswd', 404, 'package.notFound'],
      ['/packages/a%00b', 400, 'request.badPath'],
      ['/packages/a%0d%0ab', 400, 'request.badPath'],
      ['/packages/%C3%28', 400, 'request.badPath'],
      ['/groups/..%2Feverybody', 404, 'group.notFound'],
      ['/computers/17', 400, 'request.badId'],
    ])('a path such as %s', async (path, status, code) => {
      await get(path, status, code);
    });

    it.each(['/api/v1/packages/../../etc/passwd', '/../../etc/passwd'])('a raw path %s', async (path) => {
      const answer = await raw(world, [`GET ${path} HTTP/1.1`]);
      expect(answer).toMatch(/^HTTP\/1\.1 40[014] /);
      expect(answer).not.toContain('root:');
    });

    it.each(['..%2F..%2Frun.sh', '%2e%2e', 'run.sh%2F..'])('a file such as %s', async (file) => {
      const response = await world.api.raw('PUT', `/packages/drafts/versions/1.0.0/artifacts/${file}`, 'x');
      // `..` is resolved by whoever sends it, and by the server: then it is another path
      expect([404, 405]).toContain(response.status);
    });

    it('an upload that ends early is given up at once and leaves nothing', async () => {
      const uploads = async () => {
        const client = new pg.Client({ connectionString: world.stack.services.settings.databaseUrls.package });
        await client.connect();
        const { rows } = await client.query<{ status: string }>('SELECT status FROM uploads ORDER BY id');
        await client.end();
        return rows.map(({ status }) => status);
      };
      const earlier = await uploads();
      const { hostname, port } = new URL(world.stack.services.gatewayUrl);
      await new Promise<void>((resolve, reject) => {
        const socket = connect(Number(port), hostname, () => {
          const head = [`PUT /api/v1${RUN} HTTP/1.1`, 'Host: x', 'Content-Length: 50000000'].join('\r\n');
          socket.write(`${head}\r\n${authorization(world)}\r\n`);
          // more than one part of the object store's upload
          socket.write(Buffer.alloc(20_000_000), () => socket.destroy());
        });
        socket.on('close', () => resolve());
        socket.on('error', reject);
      });
      await eventually(async () => expect(await uploads()).toEqual([...earlier, 'aborted']));
    });

    it('an upload that is longer than its manifest says, with unknown length', async () => {
      const body = new Blob([Buffer.alloc(3_000_000)]).stream();
      await expectProblem(
        await world.api.raw('PUT', RUN.replace('run.sh', 'sized.bin'), body),
        400,
        'upload.sizeMismatch',
      );
    });

    it('an upload whose Content-Length is shorter than what is sent', async () => {
      const digest = `sha-256=:${Buffer.alloc(32, 7).toString('base64')}:`;
      const answer = await raw(
        world,
        [`PUT /api/v1${RUN} HTTP/1.1`, 'Content-Length: 5', `Content-Digest: ${digest}`],
        'more than five',
      );
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer).toContain('application/problem+json');
    });

    it('a Content-Length that is no number', async () => {
      expect(await raw(world, [`PUT /api/v1${RUN} HTTP/1.1`, 'Content-Length: five'])).toMatch(/^HTTP\/1\.1 400 /);
    });
  });
}

const authorization = ({ api }: ApiWorld) => `Authorization: ${api.authorization}\r\n`;

/** What fetch would refuse to send. @returns the whole answer */
function raw(world: ApiWorld, lines: string[], body = ''): Promise<string> {
  const { hostname, port } = new URL(world.stack.services.gatewayUrl);
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () =>
      socket.write(`${lines.join('\r\n')}\r\nHost: x\r\n${authorization(world)}Connection: close\r\n\r\n${body}`),
    );
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => (answer += chunk));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}
