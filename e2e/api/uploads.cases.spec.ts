import { createHash, randomBytes } from 'node:crypto';
import { eventually } from '@waybill/testing';
import {
  beginUpload,
  completePath,
  sendPart,
  sendParts,
  type SentPart,
  type Upload,
  uploadsPath,
} from '../support/large-upload.ts';
import { type ApiWorld, manifestOf, NOBODY, SCRIPT } from './api-world.fixtures.spec.ts';
import { expectProblem } from './expect-problem.fixtures.spec.ts';
import { allReady, snapshot } from './snapshot.fixtures.spec.ts';

const MIB = 1024 * 1024;
const MINUTES = 60_000;
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Very large files: bytes straight into object storage, verified by the server. */
export function uploads(current: () => ApiWorld): void {
  describe('an upload in parts', () => {
    let world: ApiWorld;
    beforeAll(() => {
      world = current();
    });

    async function draft(name: string, files: string[]): Promise<void> {
      await world.api.post('/packages', { name, title: name });
      const artifacts = ['run.sh', ...files].map((file) => ({ file }));
      await world.api.post(`/packages/${name}/versions`, manifestOf(name, '1.0.0', artifacts));
    }

    const finish = (name: string, { id }: Upload, parts: SentPart[]) =>
      world.api.raw('POST', completePath(name, id), JSON.stringify({ parts }), { 'content-type': 'application/json' });
    const artifactOf = async (name: string, file: string) => {
      const path = `/packages/${name}/versions/1.0.0`;
      const { artifacts } = await world.api.get<{ artifacts: { file: string; uploaded: boolean }[] }>(path);
      return artifacts.find((artifact) => artifact.file === file);
    };

    it(
      'is resumed with fresh URLs, completed once, and is what a streamed upload would have been',
      async () => {
        await draft('parts', ['big.bin', 'copy.bin']);
        const content = randomBytes(33 * MIB + 7);
        const upload = await beginUpload(world.api, 'parts', {
          file: 'big.bin',
          size: content.length,
          sha256: sha256(content),
        });
        expect(upload.parts.map(({ size }) => size)).toEqual([16 * MIB, 16 * MIB, MIB + 7]);
        await sendPart(upload.parts[2]!, content.subarray(32 * MIB));

        const resumed = await world.api.get<Upload>(`${uploadsPath('parts', '1.0.0', upload.id)}?urls=true`);
        expect(resumed.parts.map(({ uploaded }) => uploaded)).toEqual([false, false, true]);
        const named = resumed.parts.flatMap(({ number, etag }) => (etag === null ? [] : [{ number, etag }]));
        for (const part of resumed.parts.filter(({ uploaded }) => !uploaded)) {
          const from = (part.number - 1) * resumed.partSize;
          named.push(await sendPart(part, content.subarray(from, from + part.size)));
        }
        const parts = named.map(({ number, etag }) => ({ number, etag }));
        const artifact = { file: 'big.bin', sha256: sha256(content), size: content.length, deduplicated: false };
        const answers = await Promise.all([finish('parts', upload, parts), finish('parts', upload, parts)]);
        for (const answer of answers) expect([answer.status, await answer.json()]).toEqual([200, artifact]);

        const streamed = await world.api.raw(
          'PUT',
          '/packages/parts/versions/1.0.0/artifacts/copy.bin',
          new Uint8Array(content),
        );
        expect(await streamed.json()).toEqual({ ...artifact, file: 'copy.bin', deduplicated: true });
        await world.api.raw('PUT', '/packages/parts/versions/1.0.0/artifacts/run.sh', new Uint8Array(SCRIPT));
        await world.api.post('/packages/parts/versions/1.0.0/actions/publish', {});
        expect(await (await finish('parts', upload, parts)).json()).toEqual(artifact);
      },
      3 * MINUTES,
    );

    it.each(['package', 'gateway'] as const)(
      'survives kill -9 of %s while it is verified',
      async (service) => {
        const name = `killed-${service}`;
        await draft(name, ['big.bin']);
        const content = randomBytes(192 * MIB);
        const upload = await beginUpload(world.api, name, { file: 'big.bin', size: content.length });
        const parts = await sendParts(upload, content);
        const waiting = finish(name, upload, parts).then(
          (answer) => answer.json(),
          () => 'cut off',
        );
        const begun = async () =>
          expect((await world.api.get<Upload>(uploadsPath(name, '1.0.0', upload.id))).state).not.toBe('open');
        await eventually(begun, { timeoutMs: MINUTES });
        await world.stack.services.process[service].kill();
        await world.stack.services.process[service].start();
        await eventually(() => allReady(world), { timeoutMs: MINUTES });
        const artifact = { file: 'big.bin', sha256: sha256(content), size: content.length, deduplicated: false };
        // who waited goes on waiting, unless it was cut off itself
        expect(await waiting).toEqual(service === 'gateway' ? expect.anything() : artifact);
        const answer = await finish(name, upload, parts);
        expect([answer.status, await answer.json()]).toEqual([200, artifact]);
        expect((await world.objects()).filter((key) => key.includes(upload.id))).toEqual([`artifacts/${upload.id}`]);
      },
      4 * MINUTES,
    );

    describe('that is wrong changes nothing:', () => {
      let before: unknown;
      beforeAll(async () => {
        await draft('wrong', ['big.bin']);
        before = await snapshot(world);
      });
      afterEach(async () => {
        await eventually(async () => expect(await snapshot(world)).toEqual(before));
        await allReady(world);
      });

      /** An open upload with its parts sent; `end` removes it. */
      async function sent(content: Buffer, announced: object = {}) {
        const upload = await beginUpload(world.api, 'wrong', { file: 'big.bin', size: content.length, ...announced });
        const parts = await sendParts(upload, content);
        const end = () => world.api.call('DELETE', uploadsPath('wrong', '1.0.0', upload.id));
        return { upload, parts, end };
      }

      it.each(['../big.bin', '/etc/passwd', 'a/../big.bin', '..', '%2e%2e%2fbig.bin', 'big.bin/'])(
        'a file named %j',
        async (file) => {
          const body = JSON.stringify({ file, size: 1 });
          const response = await world.api.raw('POST', uploadsPath('wrong'), body, {
            'content-type': 'application/json',
          });
          await expectProblem(response, 404, 'artifact.unknownFile');
        },
      );

      it.each([
        ['a NUL in the name', { file: 'big.bin\u0000', size: 1 }, '/file'],
        ['no size', { file: 'big.bin' }, '/size'],
        ['a size that is text', { file: 'big.bin', size: '1' }, '/size'],
        ['a size beyond 5 TiB', { file: 'big.bin', size: 6e12 }, '/size'],
        ['a digest in capitals', { file: 'big.bin', size: 1, sha256: 'A'.repeat(64) }, '/sha256'],
      ])('%s', async (_what, body, pointer) => {
        const response = await world.api.raw('POST', uploadsPath('wrong'), JSON.stringify(body), {
          'content-type': 'application/json',
        });
        const { errors } = await expectProblem(response, 400, 'request.invalid');
        expect([...new Set(errors!.map((error) => error.pointer))]).toEqual([pointer]);
      });

      it('an unknown upload, or one of another version', async () => {
        const { upload, parts, end } = await sent(Buffer.from('bytes'));
        await expectProblem(await finish('wrong', { ...upload, id: NOBODY }, parts), 404, 'upload.notFound');
        await expectProblem(await finish('large', upload, parts), 404, 'upload.notFound');
        await expectProblem(await finish('wrong', { ...upload, id: '..%2F17' }, parts), 400, 'request.badId');
        await end();
      });

      it('parts that are missing, named twice, wrong or of another size: named by their place, and the upload stays open', async () => {
        const content = randomBytes(16 * MIB + 5);
        const { upload, parts, end } = await sent(content);
        const [one, two] = parts as [SentPart, SentPart];
        const refused = async (named: SentPart[], code: string, pointers: string[]) => {
          const { errors } = await expectProblem(await finish('wrong', upload, named), 400, code);
          expect(errors!.map(({ pointer }) => pointer)).toEqual(pointers);
        };
        await refused([one], 'upload.partMissing', ['/parts']);
        await refused([one, one, two], 'request.invalid', ['/parts/1/number']);
        await refused([one, two, { number: 3, etag: 'x' }], 'request.invalid', ['/parts/2/number']);
        await refused([two, { ...one, etag: two.etag }], 'upload.partMismatch', ['/parts/1']);
        const short = await sendPart(upload.parts[1]!, content.subarray(16 * MIB, 16 * MIB + 4));
        await refused([one, { number: 2, etag: short.etag }], 'upload.sizeMismatch', ['/parts/1']);
        const path = uploadsPath('wrong', '1.0.0', upload.id);
        expect(await world.api.get<Upload>(path)).toMatchObject({ state: 'open' });
        await end();
        await expectProblem(await finish('wrong', upload, parts), 409, 'upload.closed');
        expect((await sendPart(upload.parts[0]!, Buffer.from('late'))).status).toBe(404);
      });

      it('a wrong SHA-256: the object is removed, and the answer stays the same', async () => {
        const content = Buffer.from('not what was announced');
        const { upload, parts } = await sent(content, { sha256: 'a'.repeat(64) });
        for (let time = 0; time < 2; time++) {
          const { detail } = await expectProblem(await finish('wrong', upload, parts), 400, 'upload.digestMismatch');
          expect(detail).toContain(sha256(content));
        }
        const path = uploadsPath('wrong', '1.0.0', upload.id);
        expect(await world.api.get<Upload>(path)).toMatchObject({
          state: 'refused',
          problem: { code: 'upload.digestMismatch' },
        });
        expect(await artifactOf('wrong', 'big.bin')).toMatchObject({ uploaded: false });
      });

      it('a published version', async () => {
        const { late } = world.uploads;
        const [path, body] = [completePath('late', late.id), JSON.stringify({ parts: late.parts })];
        const response = await world.api.raw('POST', path, body, { 'content-type': 'application/json' });
        await expectProblem(response, 409, 'version.notDraft');
      });

      it('nobody without a token', async () => {
        const path = `${world.stack.services.gatewayUrl}/api/v1${uploadsPath('wrong')}`;
        const response = await fetch(path, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{"file":"big.bin","size":1}',
        });
        expect(response.status).toBe(401);
      });
    });
  });
}
