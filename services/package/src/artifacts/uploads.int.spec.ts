import { randomUUID } from 'node:crypto';
import { PACKAGE_RPC } from '@waybill/contracts';
import { ledgerManifest } from '@waybill/contracts/test-manifest';
import { freshName, PackageWorld, sha256, START_TIMEOUT_MS } from '../specs/package-world.fixtures.spec.js';

const DEB = 'acme-ledger_2.4.0_amd64.deb';
const SCRIPT = 'check-terminal.sh';

let world: PackageWorld;

beforeAll(async () => {
  world = await PackageWorld.start();
}, START_TIMEOUT_MS);
afterAll(() => world.stop());

type Ref = { package: string; version: string };
type Completion = { uploadId: string; sha256: string; size: number };
const complete = (completion: Completion) => world.rpc.call(PACKAGE_RPC.uploadComplete, completion);
const abort = (uploadId: string) => world.rpc.call(PACKAGE_RPC.uploadAbort, { uploadId });
const get = ({ package: name, version }: Ref) => world.rpc.call(PACKAGE_RPC.versionGet, { package: name, version });
const publish = ({ package: name, version }: Ref) =>
  world.rpc.call(PACKAGE_RPC.versionPublish, { package: name, version });

async function freshDraft(changes: object = {}) {
  const manifest = ledgerManifest({ package: freshName(), ...changes });
  await world.draft(manifest);
  return manifest;
}

async function artifactOf(ref: Ref, file: string) {
  return (await get(ref)).artifacts.find((artifact) => artifact.file === file)!;
}

describe('beginning an upload', () => {
  it('gives every upload an object of its own', async () => {
    const draft = await freshDraft();
    const [one, two] = await Promise.all([world.begin(draft, DEB), world.begin(draft, DEB)]);
    expect(one.objectKey).toBe(`artifacts/${one.uploadId}`);
    expect(two.objectKey).not.toBe(one.objectKey);
  });

  it.each(['check-terminal', '../check-terminal.sh', 'a\u0000'])('refuses the unknown file %j', async (file) => {
    await expect(world.begin(await freshDraft(), file)).rejects.toMatchObject({
      kind: 'notFound',
      code: 'artifact.unknownFile',
    });
  });

  it('says which file was meant', async () => {
    await expect(world.begin(await freshDraft(), 'check-terminal.ssh')).rejects.toMatchObject({
      detail: expect.stringContaining(`did you mean "${SCRIPT}"`) as string,
    });
  });

  it('refuses an unknown version', async () => {
    await expect(world.begin({ package: freshName(), version: '1' }, DEB)).rejects.toMatchObject({
      kind: 'notFound',
      code: 'version.notFound',
    });
  });
});

describe('completing an upload', () => {
  it('shows the artifact in the version, whose revision rises', async () => {
    const draft = await freshDraft();
    const content = `exit 0 # ${draft.package}`;
    const answer = await world.upload(draft, SCRIPT, content);
    expect(answer).toEqual({ file: SCRIPT, sha256: sha256(content), size: content.length, deduplicated: false });
    expect(await artifactOf(draft, SCRIPT)).toEqual({
      file: SCRIPT,
      sha256: sha256(content),
      size: content.length,
      uploaded: true,
    });
    expect((await get(draft)).revision).toBe(2);
  });

  it('takes an empty file', async () => {
    const draft = await freshDraft();
    expect(await world.upload(draft, SCRIPT, '')).toMatchObject({ size: 0, sha256: sha256('') });
  });

  it('answers the same again, also after the version was published and after a restart', async () => {
    const draft = await freshDraft();
    await world.upload(draft, SCRIPT, `script ${draft.package}`);
    const completion = await world.write(await world.begin(draft, DEB), `deb ${draft.package}`);
    const answer = await complete(completion);
    expect(await complete(completion)).toEqual(answer);
    await publish(draft);
    await world.restart();
    expect(await complete(completion)).toEqual(answer);
    await expect(complete({ ...completion, sha256: sha256('other') })).rejects.toMatchObject({
      kind: 'conflict',
      code: 'upload.alreadyCompleted',
    });
  });

  it('goes on after the process was restarted between begin and complete', async () => {
    const draft = await freshDraft();
    const completion = await world.write(await world.begin(draft, DEB), `deb ${draft.package}`);
    await world.restart();
    expect(await complete(completion)).toMatchObject({ file: DEB, deduplicated: false });
  });

  it('refuses what is not stored, or not as long as announced', async () => {
    const draft = await freshDraft();
    const ticket = await world.begin(draft, DEB);
    await expect(complete({ uploadId: ticket.uploadId, sha256: sha256('abc'), size: 3 })).rejects.toMatchObject({
      kind: 'conflict',
      code: 'upload.objectMissing',
    });
    const completion = await world.write(ticket, 'abc');
    for (const size of [2, 4]) {
      await expect(complete({ ...completion, size })).rejects.toMatchObject({
        kind: 'invalid',
        code: 'upload.sizeMismatch',
      });
    }
    expect(await artifactOf(draft, DEB)).toMatchObject({ uploaded: false });
    expect(await complete(completion)).toMatchObject({ size: 3 });
  });

  it('refuses other bytes than the manifest expects', async () => {
    const [variant] = ledgerManifest().variants;
    const artifacts = [
      { file: DEB, sha256: sha256('expected') },
      { file: SCRIPT, size: 3 },
    ];
    const draft = await freshDraft({ variants: [{ ...variant!, artifacts }] });
    await expect(world.upload(draft, DEB, 'other')).rejects.toMatchObject({
      kind: 'invalid',
      code: 'upload.digestMismatch',
    });
    await expect(world.upload(draft, SCRIPT, 'four')).rejects.toMatchObject({
      kind: 'invalid',
      code: 'upload.sizeMismatch',
    });
    expect(await world.upload(draft, DEB, 'expected')).toMatchObject({ sha256: sha256('expected') });
  });

  it('refuses an upload that nobody began, and malformed claims', async () => {
    const claim = { uploadId: randomUUID(), sha256: sha256('x'), size: 1 };
    await expect(complete(claim)).rejects.toMatchObject({ kind: 'notFound', code: 'upload.notFound' });
    await expect(complete({ ...claim, uploadId: 'x' })).rejects.toMatchObject({ code: 'request.invalid' });
    await expect(complete({ ...claim, sha256: 'x' })).rejects.toMatchObject({ code: 'request.invalid' });
    await expect(complete({ ...claim, size: -1 })).rejects.toMatchObject({ code: 'request.invalid' });
  });

  it('refuses when the version was removed meanwhile', async () => {
    const draft = await freshDraft();
    const completion = await world.write(await world.begin(draft, DEB), 'deb');
    await world.rpc.call(PACKAGE_RPC.remove, { name: draft.package });
    await expect(complete(completion)).rejects.toMatchObject({ kind: 'notFound', code: 'version.notFound' });
  });
});

describe('the same bytes twice', () => {
  it('are stored once, across files, versions and packages', async () => {
    const content = `shared ${randomUUID()}`;
    const [one, two] = [await freshDraft(), await freshDraft()];
    expect(await world.upload(one, DEB, content)).toMatchObject({ deduplicated: false });
    const kept = await world.objects();
    expect(await world.upload(one, SCRIPT, content)).toMatchObject({ deduplicated: true });
    expect(await world.upload(two, DEB, content)).toMatchObject({ deduplicated: true });
    expect(await world.upload(one, DEB, content)).toMatchObject({ deduplicated: true });
    expect(await world.objects()).toEqual(kept);
  });

  it('are stored once when many uploads complete at the same moment, on two replicas', async () => {
    const replica = await world.replica();
    try {
      const content = `race ${randomUUID()}`;
      const before = await world.objects();
      const drafts = await Promise.all(Array.from({ length: 6 }, () => freshDraft()));
      const completions = await Promise.all(
        drafts.map(async (draft) => world.write(await world.begin(draft, DEB), content)),
      );
      // both replicas take from the one queue
      const answers = await Promise.all(
        completions.map((completion) => world.rpc.call(PACKAGE_RPC.uploadComplete, completion)),
      );
      expect(answers.filter(({ deduplicated }) => !deduplicated)).toHaveLength(1);
      expect(await world.objects()).toHaveLength(before.length + 1);
      for (const draft of drafts)
        expect(await artifactOf(draft, DEB)).toMatchObject({ uploaded: true, sha256: sha256(content) });
    } finally {
      await replica.close();
    }
  });

  it('are one answer when the same upload is completed twice at the same moment', async () => {
    const draft = await freshDraft();
    await world.upload(draft, SCRIPT, draft.package);
    const completion = await world.write(await world.begin(draft, DEB), draft.package);
    const [one, two] = await Promise.all([complete(completion), complete(completion)]);
    expect(one).toEqual({ file: DEB, sha256: sha256(draft.package), size: draft.package.length, deduplicated: true });
    expect(two).toEqual(one);
  });
});

describe('publishing while an upload completes', () => {
  it('either publishes the new bytes or refuses the upload', async () => {
    for (let round = 0; round < 10; round++) {
      const draft = await freshDraft();
      await world.upload(draft, SCRIPT, `script ${draft.package}`);
      await world.upload(draft, DEB, `old ${draft.package}`);
      const completion = await world.write(await world.begin(draft, DEB), `new ${draft.package}`);
      const [completed] = await Promise.allSettled([complete(completion), publish(draft)]);
      const [artifact] = (await get(draft)).manifest.variants[0]!.artifacts;
      if (completed.status === 'fulfilled') {
        expect(artifact!.sha256).toBe(completion.sha256);
      } else {
        expect(completed.reason).toMatchObject({ kind: 'conflict', code: 'version.notDraft' });
        expect(artifact!.sha256).toBe(sha256(`old ${draft.package}`));
      }
    }
  });
});

describe('aborting an upload', () => {
  it('removes what was written, and may be repeated', async () => {
    const draft = await freshDraft();
    const ticket = await world.begin(draft, DEB);
    const completion = await world.write(ticket, 'half');
    expect(await abort(ticket.uploadId)).toEqual({});
    expect(await world.objects()).not.toContain(ticket.objectKey);
    await expect(complete(completion)).rejects.toMatchObject({ kind: 'conflict', code: 'upload.closed' });
  });

  it('removes what a late writer left after the first abort', async () => {
    const draft = await freshDraft();
    const ticket = await world.begin(draft, DEB);
    await abort(ticket.uploadId);
    await world.write(ticket, 'late');
    await abort(ticket.uploadId);
    expect(await world.objects()).not.toContain(ticket.objectKey);
  });

  it('does nothing to a completed upload', async () => {
    const draft = await freshDraft();
    const ticket = await world.begin(draft, DEB);
    await complete(await world.write(ticket, draft.package));
    await abort(ticket.uploadId);
    expect(await world.objects()).toContain(ticket.objectKey);
    expect(await artifactOf(draft, DEB)).toMatchObject({ uploaded: true });
  });

  it('refuses an upload that nobody began', async () => {
    await expect(abort(randomUUID())).rejects.toMatchObject({ kind: 'notFound', code: 'upload.notFound' });
  });
});
