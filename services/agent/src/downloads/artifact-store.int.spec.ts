import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { WaybillError } from '@waybill/contracts/agent';
import { temporary } from '../../spec/packages.js';
import { httpConnections } from '../http/http-request.js';
import { eventually } from '@waybill/testing';
import { MovableClock } from '../../spec/movable-clock.js';
import { CorrectedClock } from '../time/clock.js';
import { ArtifactStore } from './artifact-store.js';
import { Bandwidth, NO_LIMIT } from './bandwidth.js';
import { Throttle } from './throttle.js';

type Answer = (request: IncomingMessage, response: ServerResponse, start: number) => void;

const BYTES = randomBytes(3_000_000);
const sha256 = createHash('sha256').update(BYTES).digest('hex');
const ARTIFACT = { sha256, size: BYTES.length };

const all: Answer = (_, response, start) => {
  response
    .writeHead(206, {
      'content-range': `bytes ${start}-${BYTES.length - 1}/${BYTES.length}`,
      'content-length': BYTES.length - start,
    })
    .end(BYTES.subarray(start));
};
const cutAfter =
  (bytes: number): Answer =>
  (_, response, start) => {
    response.writeHead(206, {
      'content-range': `bytes ${start}-${BYTES.length - 1}/${BYTES.length}`,
      'content-length': BYTES.length - start,
    });
    response.write(BYTES.subarray(start, start + bytes), () => response.destroy());
  };
const status =
  (code: number): Answer =>
  (_, response) =>
    void response.writeHead(code).end();

interface Sync {
  path: string;
  /** size of the file when it was brought to disk */
  bytes: number;
  /** it had been renamed to its final name by then */
  named: boolean;
}

/** Sees each `fsync` of a file, which is carried out as ever. */
async function watchSyncs(directory: string): Promise<{ seen: Sync[]; stop: () => void }> {
  const some = await open(directory);
  const handles = Object.getPrototypeOf(some) as FileHandle;
  await some.close();
  const { sync } = handles;
  const seen: Sync[] = [];
  handles.sync = async function (this: FileHandle) {
    const path = readlinkSync(`/proc/self/fd/${this.fd}`);
    await sync.call(this);
    seen.push({ path, bytes: statSync(path).size, named: existsSync(path.replace(/\.part$/, '')) });
  };
  return { seen, stop: () => void (handles.sync = sync) };
}

describe('a download', () => {
  const place = temporary('download');
  let server: Server;
  let answers: Answer[];
  let starts: number[];
  let tickets: number;
  let directory: string;
  let number = 0;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      starts.push(start);
      (answers.shift() ?? all)(request, response, start);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
    place.dispose();
  });

  beforeEach(() => {
    [answers, starts, tickets] = [[], [], 0];
    directory = join(place.path, String(number++));
    mkdirSync(directory);
  });

  const store = (part: Partial<ConstructorParameters<typeof ArtifactStore>[0]> = {}) => {
    const clock = new CorrectedClock();
    const ticket = () => {
      tickets++;
      const { port } = server.address() as AddressInfo;
      return Promise.resolve({
        url: `http://127.0.0.1:${port}/x`,
        size: BYTES.length,
        expiresAt: new Date(Date.now() + 60_000).toISOString(),
      });
    };
    return new ArtifactStore({
      directory,
      ticket,
      clock,
      connections: httpConnections(),
      throttle: new Throttle(NO_LIMIT, clock),
      backOff: { baseMs: 1, maxMs: 5 },
      ...part,
    });
  };
  const ensure = (from = store(), artifact = ARTIFACT, signal = new AbortController().signal) =>
    from.ensure(artifact, signal);

  it('brings the file once', async () => {
    const from = store();
    const path = await ensure(from);
    expect(readFileSync(path).equals(BYTES)).toBe(true);
    expect(await ensure(from)).toBe(path);
    expect(starts).toEqual([0]);
  });

  it('has every byte on disk before the file gets its name, also after a cut', async () => {
    answers = [cutAfter(2_000_000)];
    const syncs = await watchSyncs(place.path);
    try {
      const path = await ensure();
      const part = `${path}.part`;
      expect(syncs.seen.map(({ path: file }) => file)).toEqual(starts.map(() => part));
      expect(syncs.seen.at(-1)).toEqual({ path: part, bytes: BYTES.length, named: false });
      expect(syncs.seen[0]!.bytes).toBe(starts[1]);
    } finally {
      syncs.stop();
    }
  });

  it('goes on where the connection was cut', async () => {
    answers = [cutAfter(2_000_000), cutAfter(500_000)];
    expect(readFileSync(await ensure()).equals(BYTES)).toBe(true);
    expect(starts).toHaveLength(3);
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    // What the process had not taken from its buffers yet is fetched again.
    expect(starts[1]).toBeGreaterThan(1_000_000);
  });

  it('goes on where an earlier process stopped', async () => {
    writeFileSync(join(directory, `${sha256}.part`), BYTES.subarray(0, 123_456));
    await ensure();
    expect(starts).toEqual([123_456]);
  });

  it('starts over once when the part of an earlier process is damaged', async () => {
    writeFileSync(join(directory, `${sha256}.part`), randomBytes(1_000));
    expect(readFileSync(await ensure()).equals(BYTES)).toBe(true);
    expect(starts).toEqual([1_000, 0]);
  });

  it('starts over when the server does not know ranges', async () => {
    writeFileSync(join(directory, `${sha256}.part`), BYTES.subarray(0, 10));
    answers = [(_, response) => void response.writeHead(200, { 'content-length': BYTES.length }).end(BYTES)];
    expect(readFileSync(await ensure()).equals(BYTES)).toBe(true);
  });

  it.each([500, 503, 429, 408])('tries again after HTTP %i', async (code) => {
    answers = [status(code), status(code)];
    await ensure();
    expect(starts).toHaveLength(3);
  });

  it('asks for a new address when the old one has run out', async () => {
    answers = [cutAfter(1_000), status(403)];
    await ensure();
    expect(tickets).toBeGreaterThanOrEqual(3);
  });

  it.each<[string, Answer, string]>([
    [
      'another content',
      (_, response) => void response.writeHead(200, { 'content-length': BYTES.length }).end(Buffer.alloc(BYTES.length)),
      'download.checksum',
    ],
    [
      'a larger file',
      (_, response) =>
        void response.writeHead(200, { 'content-length': BYTES.length + 1 }).end(Buffer.alloc(BYTES.length + 1)),
      'download.size',
    ],
    [
      'a larger file that does not say so',
      (_, response) => void response.writeHead(200).end(Buffer.alloc(BYTES.length * 2)),
      'download.size',
    ],
    [
      'a smaller file',
      (_, response) => void response.writeHead(200, { 'content-length': 5 }).end('short'),
      'download.size',
    ],
  ])('is refused for %s', async (_, answer, reason) => {
    answers = [answer, answer, answer];
    await expect(ensure()).rejects.toMatchObject({ reason });
    expect(existsSync(join(directory, sha256))).toBe(false);
  });

  it('fails for good when the storage refuses fresh addresses', async () => {
    answers = [404, 404, 404, 404].map(status);
    await expect(ensure()).rejects.toMatchObject({ reason: 'download.failed' });
  });

  it('fails for good when the agent door says no, and waits while it does not answer', async () => {
    const kinds = ['unavailable', 'unauthorized', 'forbidden'] as const;
    let asked = 0;
    const ticket = () => Promise.reject(new WaybillError(kinds[asked++]!, 'spec.no', 'because'));
    await expect(ensure(store({ ticket }))).rejects.toMatchObject({
      reason: 'download.failed',
      detail: expect.stringContaining('spec.no') as string,
    });
    expect(asked).toBe(3);
  });

  it('gives up after its patience without a byte', async () => {
    answers = Array.from({ length: 1000 }, () => status(503));
    await expect(ensure(store({ patienceMs: 50 }))).rejects.toMatchObject({ reason: 'download.failed' });
  });

  it('stops when it is told to, and keeps its part', async () => {
    const stop = new AbortController();
    answers = [
      (_, response) => {
        response.writeHead(206, {
          'content-length': BYTES.length,
          'content-range': `bytes 0-${BYTES.length - 1}/${BYTES.length}`,
        });
        response.write(BYTES.subarray(0, 1_000));
      },
    ];
    const download = store().ensure(ARTIFACT, stop.signal, () => stop.abort());
    await expect(download).rejects.toMatchObject({ name: 'AbortError' });
    await ensure();
    expect(starts[1]).toBeGreaterThan(0);
  });

  it('is read again before it is trusted when programs have had it', async () => {
    const from = store();
    const path = await ensure(from);
    writeFileSync(path, 'changed');
    from.distrust(sha256);
    expect(readFileSync(await ensure(from)).equals(BYTES)).toBe(true);
  });

  it('keeps to its bandwidth', async () => {
    const clock = new CorrectedClock();
    const begun = Date.now();
    await ensure(store({ throttle: new Throttle(new Bandwidth([{ rate: BYTES.length * 2 }], () => 'UTC'), clock) }));
    expect(Date.now() - begun).toBeGreaterThan(350);
  });

  it.each([
    ['an overloaded storage', 503],
    ['a storage that counts', 429],
  ])('leaves %s alone for as long as it asks', async (_what, code) => {
    answers = [(_, response) => void response.writeHead(code, { 'retry-after': '7' }).end()];
    const slept: number[] = [];
    const clock = new CorrectedClock();
    clock.sleep = (ms) => (slept.push(ms), Promise.resolve());
    await ensure(store({ clock }));
    expect(starts).toHaveLength(2);
    expect(slept).toHaveLength(1);
    expect(slept[0]).toBeGreaterThanOrEqual(7_000);
    expect(slept[0]).toBeLessThan(7_100);
  });

  it('stops when its hours are over, keeps what it has, and goes on when they begin again', async () => {
    const clock = new MovableClock();
    const hours = { rate: 0, from: 0, to: 720 };
    const bandwidth = new Bandwidth([hours, { rate: 1e9 }], () => 'UTC');
    clock.jump(-((clock.now() % 86_400_000) - 12.5 * 3_600_000));
    let told = 0;
    const download = store({ clock, throttle: new Throttle(bandwidth, clock) }).ensure(
      ARTIFACT,
      new AbortController().signal,
      () => {
        // over after the first part has come
        if (told++ === 0) clock.jump(12 * 3_600_000);
      },
    );
    await eventually(() => expect(told).toBeGreaterThan(0));
    await clock.pass(60_000);
    expect(starts).toEqual([0]);
    await clock.pass(12 * 3_600_000);
    expect(readFileSync(await download).equals(BYTES)).toBe(true);
    expect(starts).toHaveLength(2);
    expect(starts[1]).toBeGreaterThan(0);
  });

  it('of nothing is an empty file', async () => {
    const nothing = { sha256: createHash('sha256').digest('hex'), size: 0 };
    expect(readFileSync(await ensure(store(), nothing))).toHaveLength(0);
  });
});
