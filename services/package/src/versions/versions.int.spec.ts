import {
  EVENTS,
  PACKAGE_RPC,
  PackageVersionPublished,
  PackageVersionWithdrawn,
  validateMessage,
  type VersionView,
} from '@waybill/contracts';
import { eventually } from '@waybill/testing';
import { ledgerManifest } from '@waybill/contracts/test-manifest';
import { freshName, PackageWorld, sha256, START_TIMEOUT_MS } from '../specs/package-world.fixtures.spec.js';
import { manifestDigest } from '@waybill/trust';

const DEB = 'acme-ledger_2.4.0_amd64.deb';
const SCRIPT = 'check-terminal.sh';

let world: PackageWorld;

beforeAll(async () => {
  world = await PackageWorld.start();
}, START_TIMEOUT_MS);
afterAll(() => world.stop());

const refOf = ({ package: name, version }: { package: string; version: string }) => ({ package: name, version });
const createVersion = (manifest: { package: string }) =>
  world.rpc.call(PACKAGE_RPC.versionCreate, { package: manifest.package, manifest });
const get = (ref: { package: string; version: string }) => world.rpc.call(PACKAGE_RPC.versionGet, refOf(ref));
const publish = (ref: { package: string; version: string }) => world.rpc.call(PACKAGE_RPC.versionPublish, refOf(ref));
const withdraw = (ref: { package: string; version: string }) => world.rpc.call(PACKAGE_RPC.versionWithdraw, refOf(ref));

async function freshDraft(version = '2.4.0') {
  const manifest = ledgerManifest({ package: freshName(), version });
  await world.draft(manifest);
  return manifest;
}

async function uploadAll(manifest: { package: string; version: string }) {
  await world.upload(manifest, DEB, `deb of ${manifest.package}`);
  await world.upload(manifest, SCRIPT, `script of ${manifest.package}`);
}

async function published() {
  const manifest = await freshDraft();
  await uploadAll(manifest);
  return { manifest, view: await publish(manifest) };
}

describe('creating a version', () => {
  it('answers the draft with the guessed scheme and what is to be uploaded', async () => {
    const manifest = await freshDraft();
    const view = await get(manifest);
    expect(view).toMatchObject({
      ...refOf(manifest),
      versionScheme: 'semver',
      status: 'draft',
      manifest,
      manifestDigest: null,
      publishedAt: null,
      revision: 1,
    });
    expect(view.artifacts).toEqual([
      { file: DEB, sha256: null, size: null, uploaded: false },
      { file: SCRIPT, sha256: null, size: null, uploaded: false },
    ]);
  });

  it('answers the identical draft again as it is', async () => {
    const manifest = await freshDraft();
    await world.upload(manifest, SCRIPT, 'exit 0');
    const { title, ...rest } = manifest;
    expect(await createVersion({ ...rest, title } as typeof manifest)).toEqual(await get(manifest));
  });

  it('creates one of several identical ones at the same moment', async () => {
    const name = freshName();
    await world.rpc.call(PACKAGE_RPC.create, { name, title: 'x' });
    const manifest = ledgerManifest({ package: name });
    const views = await Promise.all([createVersion(manifest), createVersion(manifest), createVersion(manifest)]);
    expect(new Set(views.map(({ id }) => id)).size).toBe(1);
  });

  it('refuses another manifest under the same version', async () => {
    const manifest = await freshDraft();
    await expect(createVersion({ ...manifest, title: 'Other' } as typeof manifest)).rejects.toMatchObject({
      kind: 'conflict',
      code: 'version.exists',
    });
    expect((await get(manifest)).manifest).toEqual(manifest);
  });

  it('refuses a published version even when identical', async () => {
    const { manifest } = await published();
    await expect(createVersion(manifest)).rejects.toMatchObject({ code: 'version.exists' });
  });

  it.each([
    ['an unknown key', { titel: 'x' }, '/titel'],
    ['a version that is a path', { version: '../2' }, '/version'],
    ['a NUL', { title: 'a\u0000' }, '/title'],
    ['no variants', { variants: [] }, '/variants'],
  ])('refuses a manifest with %s by JSON pointer', async (_, changes, pointer) => {
    const manifest = await freshDraft();
    const bad = { ...manifest, version: '9.9.9', ...changes };
    await expect(createVersion(bad)).rejects.toMatchObject({
      kind: 'invalid',
      code: 'manifest.invalid',
      errors: [expect.objectContaining({ pointer })],
    });
    expect((await world.rpc.call(PACKAGE_RPC.versionList, { package: manifest.package })).items).toHaveLength(1);
  });

  it('refuses a manifest for another package, and a package that does not exist', async () => {
    const manifest = await freshDraft();
    const elsewhere = world.rpc.call(PACKAGE_RPC.versionCreate, {
      package: manifest.package,
      manifest: ledgerManifest(),
    });
    await expect(elsewhere).rejects.toMatchObject({
      code: 'manifest.invalid',
      errors: [expect.objectContaining({ pointer: '/package' })],
    });
    await expect(createVersion(ledgerManifest({ package: freshName() }))).rejects.toMatchObject({
      kind: 'notFound',
      code: 'package.notFound',
    });
  });
});

describe('publishing a version', () => {
  it('refuses while artifacts are missing and names them', async () => {
    const manifest = await freshDraft();
    await world.upload(manifest, DEB, 'deb');
    await expect(publish(manifest)).rejects.toMatchObject({
      kind: 'conflict',
      code: 'version.artifactsMissing',
      detail: expect.stringContaining(SCRIPT) as string,
      errors: [expect.objectContaining({ pointer: '/variants/0/artifacts/1' })],
    });
    expect((await get(manifest)).status).toBe('draft');
  });

  it('freezes digests and sizes, and tells the others once', async () => {
    const { manifest, view } = await published();
    const deb = `deb of ${manifest.package}`;
    expect(view).toMatchObject({ status: 'published', publishedAt: expect.any(String) as string });
    expect(view.manifest.variants[0]!.artifacts[0]).toEqual({ file: DEB, sha256: sha256(deb), size: deb.length });
    expect(view.manifestDigest).toBe(manifestDigest(view.manifest));
    expect(await publish(manifest)).toEqual(view);
    expect(await get(manifest)).toEqual(view);

    const [event] = await world.eventsOf(manifest.package, 1);
    expect(event!.type).toBe(EVENTS.packageVersionPublished);
    expect(validateMessage(PackageVersionPublished, event!.body)).toMatchObject({ ok: true });
    expect(event!.body).toMatchObject({
      versionId: view.id,
      manifest: view.manifest,
      manifestDigest: view.manifestDigest,
      publishedAt: view.publishedAt,
    });
    await outboxIsEmpty();
    expect(await world.eventsOf(manifest.package, 1)).toHaveLength(1);
  });

  it('tells where the bytes of each artifact lie', async () => {
    const { manifest } = await published();
    const [event] = await world.eventsOf(manifest.package, 1);
    const keys = event!.body['objectKeys'] as Record<string, string>;
    expect(Object.keys(keys).sort()).toEqual(
      [sha256(`deb of ${manifest.package}`), sha256(`script of ${manifest.package}`)].sort(),
    );
    for (const key of Object.values(keys)) expect(await world.objects()).toContain(key);
  });

  it('publishes once when asked several times at the same moment', async () => {
    const manifest = await freshDraft();
    await uploadAll(manifest);
    const views = await Promise.all([publish(manifest), publish(manifest), publish(manifest)]);
    expect(new Set(views.map((view) => JSON.stringify(view))).size).toBe(1);
    await outboxIsEmpty();
    expect(await world.eventsOf(manifest.package, 1)).toHaveLength(1);
  });

  it('makes the version immutable', async () => {
    const { manifest, view } = await published();
    await expect(world.begin(manifest, DEB)).rejects.toMatchObject({ kind: 'conflict', code: 'version.notDraft' });
    expect(await get(manifest)).toEqual(view);
  });

  it('loses no event when the process ends right after the commit', async () => {
    const manifest = await freshDraft();
    await uploadAll(manifest);
    await publish(manifest);
    await world.restart();
    expect(await world.eventsOf(manifest.package, 1)).toHaveLength(1);
  });
});

describe('withdrawing a version', () => {
  it('tells the others once and is final', async () => {
    const { manifest } = await published();
    const view = await withdraw(manifest);
    expect(view).toMatchObject({ status: 'withdrawn', withdrawnAt: expect.any(String) as string });
    expect(await withdraw(manifest)).toEqual(view);
    await expect(publish(manifest)).rejects.toMatchObject({ kind: 'conflict', code: 'version.withdrawn' });

    const events = await world.eventsOf(manifest.package, 2);
    expect(events.map(({ type }) => type)).toEqual([EVENTS.packageVersionPublished, EVENTS.packageVersionWithdrawn]);
    expect(validateMessage(PackageVersionWithdrawn, events[1]!.body)).toMatchObject({ ok: true });
    expect(events[1]!.body).toMatchObject({ versionId: view.id, withdrawnAt: view.withdrawnAt });
  });

  it('refuses a draft', async () => {
    await expect(withdraw(await freshDraft())).rejects.toMatchObject({
      kind: 'conflict',
      code: 'version.notPublished',
    });
  });
});

describe('reading versions', () => {
  it('lists the newest first, with filter and pages', async () => {
    const first = await freshDraft('1.0.0');
    for (const version of ['1.1.0', '1.2.0']) await world.draft({ ...first, version });
    await uploadAll({ ...first, version: '1.1.0' });
    await publish({ ...first, version: '1.1.0' });
    const list = (query: object) => world.rpc.call(PACKAGE_RPC.versionList, { package: first.package, ...query });
    const versions = (page: { items: VersionView[] }) => page.items.map(({ version }) => version);

    expect(versions(await list({}))).toEqual(['1.2.0', '1.1.0', '1.0.0']);
    const page = await list({ limit: 2 });
    expect(versions(await list({ limit: 2, cursor: page.nextCursor! }))).toEqual(['1.0.0']);
    const publishedOnly = await list({ filter: 'status==published' });
    expect(publishedOnly.items).toEqual([await get({ ...first, version: '1.1.0' })]);
    await expect(list({ filter: 'status==gone' })).rejects.toMatchObject({ code: 'filter.value' });
    await expect(list({ package: 'nobody' })).rejects.toMatchObject({ kind: 'notFound', code: 'package.notFound' });
  });

  it.each([
    ['an unknown package', { package: 'nobody', version: '1' }],
    ['a NUL', { package: 'a\u0000', version: '\u0000' }],
  ])('says that there is no version for %s', async (_, ref) => {
    for (const ask of [get, publish, withdraw])
      await expect(ask(ref)).rejects.toMatchObject({ kind: 'notFound', code: 'version.notFound' });
  });
});

function outboxIsEmpty(): Promise<void> {
  return eventually(async () => {
    const [row]: { count: string }[] = await world.sql.query('SELECT count(*) FROM outbox');
    if (row!.count !== '0') throw new Error(`${row!.count} messages in the outbox`);
  });
}
