import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { completePackage } from '../build/complete-package.js';
import { measureFile } from '../build/measured-file.js';
import { FakeServer, type Fault } from './fake-server.fixtures.spec.js';
import { publishPackage } from './publish-package.js';
import { RestApi } from './rest-api.js';

const MANIFEST = `package: acme
version: "1.0.0"
variants:
  - platform: { os: linux }
    artifacts: [{ file: acme.deb }, { file: empty.sh }]
    installer: { type: deb }
    hooks: { before: empty.sh }
`;
const CONTENT = 'twenty bytes of text';
const PART_2 = /^PUT \/storage\/ID\/2$/;

describe('publishing', () => {
  let directory: string;
  let server: FakeServer;
  let told: string[];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'waybill-publish-'));
    server = await FakeServer.start();
    told = [];
    await write('waybill.yaml', MANIFEST);
    await write('acme.deb', CONTENT);
    await write('empty.sh', '');
  });
  afterEach(async () => {
    await server.stop();
    await rm(directory, { recursive: true });
  });

  const write = (name: string, text: string) => writeFile(join(directory, name), text);

  /** Waits are noted, not waited. */
  async function publish({ token = 'wbt_secret', url = server.url, tries = 3 } = {}) {
    const tell = (line: string) => told.push(line);
    const patience = { tries, wait: async (ms: number, why: string) => void told.push(`${why}: ${ms > 0}`) };
    const api = new RestApi({ server: url, token }, patience);
    return publishPackage(await completePackage(directory, (path) => measureFile(path)), { api, patience, tell });
  }
  const isPublished = () => {
    expect(server.version?.status).toBe('published');
    expect([...server.stored].map(([name, bytes]) => [name, bytes.toString()])).toEqual([
      ['acme.deb', CONTENT],
      ['empty.sh', ''],
    ]);
  };

  it('registers, uploads in parts, publishes, and tells what it does', async () => {
    const { manifestDigest } = await publish();
    isPublished();
    expect(manifestDigest).toMatch(/^sha256:/);
    expect(told).toEqual([
      'package acme registered',
      'draft 1.0.0 created',
      ...told.filter((line) => /^acme.deb: \d+ % of 20 bytes sent$/.test(line)),
      'acme.deb: stored',
      'empty.sh: stored',
    ]);
    expect(told).toContain('acme.deb: 100 % of 20 bytes sent');
  });

  it('does nothing the second time but looking whether the signature still counts', async () => {
    await publish();
    server.heard.length = 0;
    await publish();
    expect(server.heard).toEqual(['GET /v', 'POST /v/actions/publish']);
    expect(told.at(-1)).toContain('published already, with the same content');
  });

  const everyRequest = [
    'GET /v',
    'GET ',
    'POST /packages',
    'POST /versions',
    'POST /v/uploads',
    'PUT /storage/ID/2',
    'POST /v/uploads/ID/actions/complete',
    'POST /v/actions/publish',
  ];
  it.each(everyRequest)(
    'goes on after the answer to "%s" was lost, the request was cut, or the server was busy',
    async (request) => {
      const faults: Fault[] = [
        'lost',
        'cut',
        { status: 503, code: 'rpc.unavailable', headers: { 'retry-after': '0' } },
      ];
      for (const fault of faults) {
        server.faults.push([request, fault]);
        await publish();
        isPublished();
        expect(server.faults).toEqual([]);
        await server.stop();
        server = await FakeServer.start();
      }
    },
  );

  it.each(everyRequest)('goes on in another run after a cut at "%s"', async (request) => {
    server.faults.push([request, 'lost']);
    await expect(publish({ tries: 1 })).rejects.toThrow(/cannot be reached \(UND_ERR_SOCKET\)|does not get to|socket/);
    await publish();
    isPublished();
    // the upload that was begun is the one that was completed
    expect(server.uploads.map(({ file }) => file)).toEqual(['acme.deb', 'empty.sh']);
  });

  it('sends only the parts that are missing', async () => {
    server.faults.push(['PUT /storage/ID/2', 'cut'], ['PUT /storage/ID/2', 'cut'], ['PUT /storage/ID/2', 'cut']);
    await expect(publish()).rejects.toThrow('Part 2 of "acme.deb" does not get to');
    server.heard.length = 0;
    await publish();
    isPublished();
    expect(told).toContain('acme.deb: going on, 2 of 3 parts are there');
    expect(server.heard.filter((one) => one.startsWith('PUT /storage') && !PART_2.test(one))).toEqual([
      'PUT /storage/ID/1',
    ]);
    expect(server.count('PUT /storage/ID/2')).toBe(1);
  });

  it('asks for fresh URLs when one has expired', async () => {
    server.faults.push(['PUT /storage/ID/2', { status: 403 }]);
    await publish();
    isPublished();
    expect(server.count('GET /v/uploads/ID?urls=true')).toBe(1);
  });

  it('begins anew when the upload that was cut is refused, or gone', async () => {
    server.faults.push(['POST /v/uploads/ID/actions/complete', { status: 400, code: 'upload.digestMismatch' }]);
    await expect(publish()).rejects.toThrow('upload.digestMismatch!');
    server.uploads[0]!.state = 'refused';
    server.faults.push(['POST /v/uploads/ID/actions/complete', { status: 400, code: 'upload.digestMismatch' }]);
    await expect(publish()).rejects.toThrow('upload.digestMismatch!');
    server.uploads.splice(1, 1);
    await publish();
    isPublished();
  });

  it('waits for the verification as long as it takes', async () => {
    const pending: Fault = { status: 503, code: 'upload.verificationPending' };
    for (let i = 0; i < 10; i++) server.faults.push(['POST /v/uploads/ID/actions/complete', pending]);
    await publish();
    isPublished();
    expect(told.filter((line) => line.includes('upload.verificationPending!'))).toHaveLength(10);
  });

  it('refuses a version that is published with other content, and changes nothing', async () => {
    await publish();
    await write('acme.deb', 'other bytes');
    server.heard.length = 0;
    await expect(publish()).rejects.toThrow(
      /published already with other content \(it differs at \/variants\/0\/artifacts\/0\/sha256, .*size\).*use another version number/,
    );
    expect(server.heard).toEqual(['GET /v']);
  });

  it('judges a version that somebody else creates at the same moment', async () => {
    server.faults.push(['GET /v', { status: 404, code: 'version.notFound' }]);
    await publish();
    server.faults.push(['GET /v', { status: 404, code: 'version.notFound' }]);
    await publish();
    expect(told.at(-1)).toContain('with the same content');
  });

  it('says what is wrong with the server or the token, at once where waiting helps nothing', async () => {
    await expect(publish({ token: 'wbt_old' })).rejects.toThrow('wrong, expired or was revoked');
    server.faults.push(['POST /versions', { status: 403, code: 'permission.missing' }]);
    await expect(publish()).rejects.toThrow('permission.missing!');
    server.faults.push(['GET /v', { status: 302, headers: { location: 'https://other.example/' }, text: '' }]);
    await expect(publish()).rejects.toThrow(
      'answers 302, and sends to https://other.example/, but not like a Waybill server',
    );
    server.faults.push(['GET /v', { status: 200, text: '<html>' }]);
    await expect(publish()).rejects.toThrow('is the address right?');
    expect(told.filter((line) => line.includes('true'))).toEqual([]);
    const { url } = server;
    await server.stop();
    await expect(publish({ url })).rejects.toThrow(`${url} cannot be reached (ECONNREFUSED)`);
    server = await FakeServer.start();
  });
});
