import { randomBytes, randomUUID } from 'node:crypto';
import { createHash } from 'node:crypto';
import { PACKAGE_RPC } from '@waybill/contracts';
import { ledgerManifest } from '@waybill/contracts/test-manifest';
import { MultipartSender } from '../specs/multipart-sender.fixtures.spec.js';
import { freshName, PackageWorld, START_TIMEOUT_MS } from '../specs/package-world.fixtures.spec.js';

const DEB = 'acme-ledger_2.4.0_amd64.deb';
const SCRIPT = 'check-terminal.sh';
const MIB = 1024 * 1024;
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

let world: PackageWorld;
let sender: MultipartSender;

beforeAll(async () => {
  world = await PackageWorld.start();
  sender = new MultipartSender(world);
}, START_TIMEOUT_MS);
afterAll(() => world.stop());

type Ref = { package: string; version: string };

async function freshDraft(changes: object = {}) {
  const manifest = ledgerManifest({ package: freshName(), ...changes });
  await world.draft(manifest);
  return manifest;
}

async function versionOf({ package: name, version }: Ref) {
  return world.rpc.call(PACKAGE_RPC.versionGet, { package: name, version });
}

async function artifactOf(ref: Ref, file: string) {
  return (await versionOf(ref)).artifacts.find((artifact) => artifact.file === file)!;
}

const uploadsOf = async ({ package: name }: Ref): Promise<object[]> =>
  world.sql.query(`SELECT u.id FROM uploads u JOIN versions v ON v.id = u.version_id WHERE v.package = $1`, [name]);

describe('beginning', () => {
  it('plans the parts and tells until when', async () => {
    const { upload, objectKey, storageId } = await sender.begin(await freshDraft(), DEB, { size: 37 * MIB });
    expect(upload).toMatchObject({ file: DEB, state: 'open', size: 37 * MIB, sha256: null, partSize: 16 * MIB });
    expect(upload.parts).toEqual(
      [16, 16, 5].map((size, index) => ({ number: index + 1, size: size * MIB, uploaded: false, etag: null })),
    );
    const hours = (Date.parse(upload.expiresAt) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(23.9);
    expect(hours).toBeLessThan(24.1);
    expect(objectKey).toBe(`artifacts/${upload.id}`);
    expect(await sender.storage.parts(objectKey, storageId)).toEqual([]);
  });

  it.each(['check-terminal', '../check-terminal.sh', '/etc/passwd', 'a\u0000'])(
    'refuses the unknown file %j',
    async (file) => {
      const draft = await freshDraft();
      await expect(sender.begin(draft, file, { size: 1 })).rejects.toMatchObject({
        kind: 'notFound',
        code: 'artifact.unknownFile',
      });
      expect(await uploadsOf(draft)).toEqual([]);
    },
  );

  it('refuses what the manifest does not expect, before a byte is sent', async () => {
    const [variant] = ledgerManifest().variants;
    const artifacts = [{ file: DEB, size: 7, sha256: 'a'.repeat(64) }, { file: SCRIPT }];
    const draft = await freshDraft({ variants: [{ ...variant!, artifacts }] });
    await expect(sender.begin(draft, DEB, { size: 8 })).rejects.toMatchObject({ code: 'upload.sizeMismatch' });
    await expect(sender.begin(draft, DEB, { size: 7, sha256: 'b'.repeat(64) })).rejects.toMatchObject({
      code: 'upload.digestMismatch',
    });
    expect(await uploadsOf(draft)).toEqual([]);
    expect((await sender.begin(draft, DEB, { size: 7, sha256: 'a'.repeat(64) })).upload.sha256).toBe('a'.repeat(64));
  });

  it.each([
    ['a negative size', { size: -1 }],
    ['half a byte', { size: 0.5 }],
    ['more than 5 TiB', { size: 5 * 1024 ** 4 + 1 }],
    ['a digest that is none', { size: 1, sha256: 'A'.repeat(64) }],
  ])('refuses %s', async (_what, announced) => {
    await expect(sender.begin(await freshDraft(), DEB, announced)).rejects.toMatchObject({ code: 'request.invalid' });
  });

  it('refuses an unknown version and a published one', async () => {
    await expect(sender.begin({ package: freshName(), version: '1' }, DEB, { size: 1 })).rejects.toMatchObject({
      code: 'version.notFound',
    });
    const draft = await freshDraft();
    for (const file of [DEB, SCRIPT]) await world.upload(draft, file, draft.package);
    await world.rpc.call(PACKAGE_RPC.versionPublish, { package: draft.package, version: draft.version });
    await expect(sender.begin(draft, DEB, { size: 1 })).rejects.toMatchObject({
      kind: 'conflict',
      code: 'version.notDraft',
    });
  });
});

describe('completing', () => {
  it('registers the artifact as a streamed upload does', async () => {
    const draft = await freshDraft();
    const content = randomBytes(37 * MIB);
    const digest = sha256(content);
    const ticket = await sender.begin(draft, DEB, { size: content.length, sha256: digest });
    const parts = await sender.sendAll(ticket, content);
    const artifact = { file: DEB, sha256: digest, size: content.length, deduplicated: false };
    expect(await sender.finish(draft, ticket, parts.toReversed())).toEqual(artifact);
    expect(await artifactOf(draft, DEB)).toEqual({ file: DEB, sha256: digest, size: content.length, uploaded: true });
    expect((await versionOf(draft)).revision).toBe(2);
    expect(await sender.traces(ticket)).toEqual(['object']);
    expect(await sender.get(draft, ticket)).toMatchObject({
      state: 'completed',
      verified: content.length,
      artifact,
      problem: null,
      parts: parts.map(({ number, etag }) => ({ number, uploaded: true, etag: etag.replaceAll('"', '') })),
    });
  });

  it('takes an empty file', async () => {
    expect(await sender.upload(await freshDraft(), SCRIPT, Buffer.alloc(0))).toMatchObject({
      size: 0,
      sha256: sha256(Buffer.alloc(0)),
    });
  });

  it('is the same again, also after publishing and after a restart; with other parts it is refused', async () => {
    const draft = await freshDraft();
    await world.upload(draft, SCRIPT, `script ${draft.package}`);
    const content = Buffer.from(`deb ${draft.package}`);
    const ticket = await sender.begin(draft, DEB, { size: content.length });
    const parts = await sender.sendAll(ticket, content);
    const artifact = await sender.finish(draft, ticket, parts);
    const again = { artifact, size: content.length, verified: content.length };
    expect(await sender.complete(draft, ticket, parts)).toEqual(again);
    await world.rpc.call(PACKAGE_RPC.versionPublish, { package: draft.package, version: draft.version });
    await world.restart();
    expect(await sender.complete(draft, ticket, parts)).toEqual(again);
    await expect(sender.complete(draft, ticket, [{ number: 1, etag: 'other' }])).rejects.toMatchObject({
      kind: 'conflict',
      code: 'upload.alreadyCompleted',
    });
  });

  it('at the same moment is done once', async () => {
    const draft = await freshDraft();
    const content = Buffer.from(`twice ${draft.package}`);
    const ticket = await sender.begin(draft, DEB, { size: content.length });
    const parts = await sender.sendAll(ticket, content);
    await Promise.all(Array.from({ length: 6 }, () => sender.complete(draft, ticket, parts)));
    expect(await sender.outcome(draft, ticket)).toMatchObject({ sha256: sha256(content), deduplicated: false });
    expect((await versionOf(draft)).revision).toBe(2);
  });

  it('with different parts at the same moment: one wins', async () => {
    const draft = await freshDraft();
    const content = Buffer.from(`one wins ${draft.package}`);
    const ticket = await sender.begin(draft, DEB, { size: content.length });
    const parts = await sender.sendAll(ticket, content);
    const outcomes = await Promise.allSettled([
      sender.complete(draft, ticket, parts),
      sender.complete(draft, ticket, [{ number: 1, etag: 'other' }]),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(await sender.outcome(draft, ticket)).toMatchObject({ sha256: sha256(content) });
  });

  it('stores bytes once, whatever way they came', async () => {
    const [one, two] = [await freshDraft(), await freshDraft()];
    const content = `shared ${randomUUID()}`;
    await world.upload(one, DEB, content);
    const kept = await world.objects();
    expect(await sender.upload(two, DEB, Buffer.from(content))).toMatchObject({ deduplicated: true });
    expect(await sender.upload(two, SCRIPT, Buffer.from(content))).toMatchObject({ deduplicated: true });
    expect(await world.objects()).toEqual(kept);
    expect(await artifactOf(two, SCRIPT)).toMatchObject({ uploaded: true });
  });

  it('with parts that are missing, others or too short is refused, and goes on when they are sent', async () => {
    const draft = await freshDraft();
    const content = randomBytes(17 * MIB);
    const ticket = await sender.begin(draft, DEB, { size: content.length });
    const [first, last] = [content.subarray(0, 16 * MIB), content.subarray(16 * MIB)];
    const one = await sender.send(ticket, 1, first);
    const named = [
      { number: 1, etag: one.etag },
      { number: 2, etag: '"0"' },
    ];
    const refused = (parts: typeof named) => sender.complete(draft, ticket, parts).catch((error: object) => error);
    expect(await refused(named.slice(0, 1))).toMatchObject({ code: 'upload.partMissing' });
    expect(await refused(named)).toMatchObject({ code: 'upload.partMissing', errors: [{ pointer: '/parts/1' }] });
    const short = await sender.send(ticket, 2, last.subarray(1));
    expect((await sender.get(draft, ticket)).parts.map(({ uploaded }) => uploaded)).toEqual([true, false]);
    expect(await refused(named)).toMatchObject({ code: 'upload.partMismatch', errors: [{ pointer: '/parts/1' }] });
    named[1]!.etag = short.etag;
    expect(await refused(named)).toMatchObject({ code: 'upload.sizeMismatch', errors: [{ pointer: '/parts/1' }] });
    expect(await artifactOf(draft, DEB)).toMatchObject({ uploaded: false });
    expect(await sender.get(draft, ticket)).toMatchObject({ state: 'open' });

    named[1]!.etag = (await sender.send(ticket, 2, last)).etag;
    expect(await sender.finish(draft, ticket, named)).toMatchObject({ sha256: sha256(content) });
  });

  it('another version’s upload, or none, is not found', async () => {
    const [mine, other] = [await freshDraft(), await freshDraft()];
    const ticket = await sender.begin(mine, DEB, { size: 1 });
    const parts = [{ number: 1, etag: 'x' }];
    const notFound = { kind: 'notFound', code: 'upload.notFound' };
    const nobody = { ...ticket, upload: { ...ticket.upload, id: randomUUID() } };
    const streamed = await world.begin(mine, DEB);
    const foreign = { ...ticket, upload: { ...ticket.upload, id: streamed.uploadId } };
    for (const [ref, which] of [
      [other, ticket],
      [mine, nobody],
      [mine, foreign],
    ] as const) {
      await expect(sender.complete(ref, which, parts)).rejects.toMatchObject(notFound);
      await expect(sender.get(ref, which)).rejects.toMatchObject(notFound);
      await expect(sender.abort(ref, which)).rejects.toMatchObject(notFound);
    }
  });
});

describe('bytes that are not what they should be', () => {
  it.each<[string, object, { sha256?: string }, string]>([
    ['announced', {}, { sha256: 'a'.repeat(64) }, 'upload.digestMismatch'],
    ['expected by the manifest', { sha256: 'a'.repeat(64) }, {}, 'upload.digestMismatch'],
  ])(
    'not what was %s: refused for good, nothing registered, the object removed',
    async (_what, expected, announced, code) => {
      const [variant] = ledgerManifest().variants;
      const artifacts = [{ file: DEB, ...expected }, { file: SCRIPT }];
      const draft = await freshDraft({ variants: [{ ...variant!, artifacts }] });
      const content = Buffer.from(`other ${draft.package}`);
      const ticket = await sender.begin(draft, DEB, { size: content.length, ...announced });
      const parts = await sender.sendAll(ticket, content);
      const problem = await sender.finish(draft, ticket, parts).catch((error: object) => error);
      expect(problem).toMatchObject({
        kind: 'invalid',
        code,
        detail: expect.stringContaining(sha256(content)) as string,
      });
      expect(await sender.traces(ticket)).toEqual([]);
      expect(await artifactOf(draft, DEB)).toMatchObject({ uploaded: false });
      expect((await versionOf(draft)).revision).toBe(1);
      await expect(sender.complete(draft, ticket, parts)).rejects.toMatchObject({ kind: 'invalid', code });
      expect(await sender.get(draft, ticket)).toMatchObject({ state: 'refused', problem: { code }, artifact: null });
      expect((await sender.send(ticket, 1, content)).status).toBe(404);
    },
  );
});

describe('aborting', () => {
  it('removes the parts, may be repeated, and ends the upload', async () => {
    const draft = await freshDraft();
    const ticket = await sender.begin(draft, DEB, { size: 3 });
    const parts = await sender.sendAll(ticket, Buffer.from('abc'));
    expect(await sender.abort(draft, ticket)).toEqual({});
    expect(await sender.traces(ticket)).toEqual([]);
    expect(await sender.abort(draft, ticket)).toEqual({});
    expect(await sender.get(draft, ticket)).toMatchObject({ state: 'aborted' });
    expect((await sender.send(ticket, 1, Buffer.from('late'))).status).toBe(404);
    await expect(sender.complete(draft, ticket, parts)).rejects.toMatchObject({ code: 'upload.closed' });
  });

  it('is refused once the upload is being verified or completed', async () => {
    const draft = await freshDraft();
    const ticket = await sender.begin(draft, DEB, { size: draft.package.length });
    const parts = await sender.sendAll(ticket, Buffer.from(draft.package));
    await sender.dieAfterCompletion(ticket, [parts[0]!.etag.replaceAll('"', '')]);
    const verifying = { kind: 'conflict', code: 'upload.verifying' };
    await expect(sender.abort(draft, ticket)).rejects.toMatchObject(verifying);
    await expect(world.rpc.call(PACKAGE_RPC.uploadAbort, { uploadId: ticket.upload.id })).rejects.toMatchObject(
      verifying,
    );
    await sender.resume(ticket);
    await sender.outcome(draft, ticket);
    await expect(sender.abort(draft, ticket)).rejects.toMatchObject({ code: 'upload.alreadyCompleted' });
    expect(await sender.traces(ticket)).toEqual(['object']);
  });
});
