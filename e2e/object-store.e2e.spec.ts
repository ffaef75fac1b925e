import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { eventually } from '@waybill/testing';
import { AgentProcess } from './support/agent-process.ts';
import { type E2eStack, startE2eStack } from './support/e2e-stack.ts';
import { beginUpload, completePath, sendPart, type Upload, uploadsPath } from './support/large-upload.ts';
import type { Execution, Job, Page } from './support/views.ts';

const MINUTES = 60_000;
const MIB = 1024 * 1024;
const PACKAGE = 'maps';
const VERSION = `/packages/${PACKAGE}/versions/1.0.0`;
const TO = '/srv/maps';

/** The object store is killed in the middle of whatever moves bytes, and comes back on the same data. */
describe('an object store that is killed and started again', () => {
  const content = { 'streamed.bin': randomBytes(48 * MIB), 'parts.bin': randomBytes(33 * MIB) };
  const digestOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
  const work = mkdtempSync(join(tmpdir(), 'waybill-e2e-store-'));
  let stack: E2eStack;
  let agent: AgentProcess;

  beforeAll(async () => {
    stack = await startE2eStack();
    await stack.api.post('/groups', { name: 'navigators', kind: 'static' });
    const { secret } = await stack.api.post<{ secret: string }>('/enrolment-tokens', {
      groups: ['navigators'],
      maxUses: 1,
    });
    agent = new AgentProcess({
      door: stack.services.fleetUrl,
      enrolmentToken: secret,
      hostname: 'pc-maps',
      directory: join(work, 'pc-maps'),
      // slow enough that there is a middle
      env: { WAYBILL_AGENT_BANDWIDTH: '4MiB' },
    });
    agent.start();
    await stack.api.post('/packages', { name: PACKAGE, title: 'Maps' });
    await stack.api.post(`/packages/${PACKAGE}/versions`, {
      package: PACKAGE,
      version: '1.0.0',
      variants: [
        {
          platform: { os: 'linux' },
          artifacts: Object.keys(content).map((file) => ({ file })),
          installer: { type: 'files', files: Object.keys(content).map((file) => ({ file, path: `${TO}/${file}` })) },
          detection: Object.entries(content).map(([file, bytes]) => ({
            file: { path: `${TO}/${file}`, sha256: digestOf(bytes) },
          })),
        },
      ],
    });
  }, 5 * MINUTES);

  afterAll(async () => {
    await agent?.stop('SIGKILL');
    await stack?.stop();
    rmSync(work, { recursive: true, force: true });
  }, 2 * MINUTES);

  const uploaded = async () => {
    const { artifacts } = await stack.api.get<{ artifacts: { file: string; uploaded: boolean }[] }>(VERSION);
    return artifacts.filter((artifact) => artifact.uploaded).map(({ file }) => file);
  };

  it(
    'fails a streamed upload with a precise problem and keeps nothing of it; the same upload again succeeds',
    async () => {
      const bytes = content['streamed.bin'];
      const put = (body: AsyncIterable<Buffer>) =>
        stack.api.raw(
          'PUT',
          `${VERSION}/artifacts/streamed.bin`,
          Readable.toWeb(Readable.from(body)) as ReadableStream<Uint8Array>,
          { 'content-type': 'application/octet-stream', 'content-length': String(bytes.length) },
        );
      async function* killedInTheMiddle(): AsyncIterable<Buffer> {
        for (let at = 0; at < bytes.length; at += MIB) {
          // the first part of 16 MiB is stored, the second on its way
          if (at === 24 * MIB) await stack.servers.minio!.kill();
          yield bytes.subarray(at, at + MIB);
        }
      }
      async function* whole(): AsyncIterable<Buffer> {
        yield bytes;
      }
      const refused = await put(killedInTheMiddle());
      expect([refused.status, await refused.json()]).toEqual([
        503,
        expect.objectContaining({ code: 'storage.unavailable' }),
      ]);
      expect(await uploaded()).toEqual([]);

      await stack.servers.minio!.start();
      expect(await uploaded()).toEqual([]);
      const accepted = await put(whole());
      expect([accepted.status, await accepted.json()]).toEqual([
        200,
        { file: 'streamed.bin', sha256: digestOf(bytes), size: bytes.length, deduplicated: false },
      ]);
    },
    4 * MINUTES,
  );

  it(
    'keeps the parts that had arrived: the upload goes on with those that are missing',
    async () => {
      const bytes = content['parts.bin'];
      const upload = await beginUpload(stack.api, PACKAGE, { file: 'parts.bin', size: bytes.length });
      const send = (part: Upload['parts'][number]) => {
        const from = (part.number - 1) * upload.partSize;
        return sendPart(part, bytes.subarray(from, from + part.size));
      };
      await send(upload.parts[0]!);
      await stack.servers.minio!.kill();
      await expect(send(upload.parts[1]!)).rejects.toThrow();
      await stack.servers.minio!.start();

      const resumed = await stack.api.get<Upload>(`${uploadsPath(PACKAGE, '1.0.0', upload.id)}?urls=true`);
      expect(resumed.parts.map((part) => part.uploaded)).toEqual([true, false, false]);
      for (const part of resumed.parts.filter((one) => !one.uploaded)) expect((await send(part)).status).toBe(200);
      const { parts } = await stack.api.get<Upload>(uploadsPath(PACKAGE, '1.0.0', upload.id));
      const named = parts.map(({ number, etag }) => ({ number, etag }));
      expect(await stack.api.post(completePath(PACKAGE, upload.id), { parts: named })).toMatchObject({
        sha256: digestOf(bytes),
        size: bytes.length,
      });
      await stack.api.post(`${VERSION}/actions/publish`, {});
    },
    4 * MINUTES,
  );

  it(
    'a download goes on where it stopped, and what is installed is what was published',
    async () => {
      await eventually(
        async () => {
          const { items } = await stack.api.get<Page<{ online: boolean }>>('/groups/navigators/members');
          expect(items).toMatchObject([{ online: true }]);
        },
        { timeoutMs: MINUTES },
      );
      const job = await stack.api.post<Job>('/jobs', {
        package: PACKAGE,
        version: '1.0.0',
        targets: { groups: ['navigators'] },
      });
      const artifacts = join(agent.options.directory, 'state/artifacts');
      const digest = digestOf(content['streamed.bin']);
      /** bytes on the computer's disk, of the complete file too */
      // in this order: it may be renamed between the two looks
      const arrived = () => sizeOf(join(artifacts, `${digest}.part`)) || sizeOf(join(artifacts, digest));
      await eventually(() => expect(arrived()).toBeGreaterThan(4 * MIB), { timeoutMs: MINUTES, intervalMs: 20 });
      await stack.servers.minio!.kill();
      const kept = arrived();
      expect(kept).toBeLessThan(content['streamed.bin'].length);
      let least = kept;
      const watch = setInterval(() => (least = Math.min(least, arrived())), 20);
      try {
        await stack.servers.minio!.start();
        await eventually(() => expect(arrived()).toBe(content['streamed.bin'].length), { timeoutMs: 3 * MINUTES });
      } finally {
        clearInterval(watch);
      }
      // Never begun anew: what had arrived stayed, and the rest was added.
      expect(least).toBeGreaterThanOrEqual(kept);
      await eventually(async () => expect((await stack.api.get<Job>(`/jobs/${job.id}`)).status).toBe('completed'), {
        timeoutMs: 3 * MINUTES,
        intervalMs: 200,
      });
      const { items } = await stack.api.get<Page<Execution>>(`/jobs/${job.id}/executions`);
      expect(items).toMatchObject([{ status: 'succeeded', reason: null, attempt: 1 }]);
      for (const [file, bytes] of Object.entries(content))
        expect(digestOf(readFileSync(join(agent.root, TO, file)))).toBe(digestOf(bytes));
    },
    8 * MINUTES,
  );
});

/** 0 when there is no such file */
function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
