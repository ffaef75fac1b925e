import { EVENTS, MANIFEST_JWS_TYPE, PACKAGE_RPC } from '@waybill/contracts';
import { eventually, newKey } from '@waybill/testing';
import { canonicalJson, detach, digestOf, JwsSigner, type SigningKey, verifyManifest } from '@waybill/trust';
import { ledgerManifest } from '@waybill/contracts/test-manifest';
import { freshName, PackageWorld, START_TIMEOUT_MS } from '../specs/package-world.fixtures.spec.js';

let world: PackageWorld;

beforeAll(async () => {
  world = await PackageWorld.start();
}, START_TIMEOUT_MS);
afterAll(() => world.stop());

type Ref = { package: string; version: string };
const get = (ref: Ref) => world.rpc.call(PACKAGE_RPC.versionGet, ref);
const publish = (ref: Ref, signature?: string) => world.rpc.call(PACKAGE_RPC.versionPublish, { ...ref, signature });
const manifestOf = (ref: Ref) => world.rpc.call(PACKAGE_RPC.versionManifest, ref);
const jws = (text: string, key: SigningKey) => new JwsSigner(key, MANIFEST_JWS_TYPE).sign(text);

/** A draft with all of its files. */
async function draft(): Promise<Ref> {
  const manifest = ledgerManifest({ package: freshName() });
  await world.draft(manifest);
  for (const { file } of manifest.variants[0]!.artifacts)
    await world.upload(manifest, file, `${file} of ${manifest.package}`);
  return { package: manifest.package, version: manifest.version };
}

/** Changes the key set, and waits until the service has taken it over. */
async function keySet(change: () => void, taken: () => Promise<void>): Promise<void> {
  change();
  world.publishKeySet();
  await eventually(taken, { timeoutMs: 20_000 });
}

describe('a published version', () => {
  it('is signed by the service, over exactly the bytes that are to be had', async () => {
    const ref = await draft();
    const before = await manifestOf(ref);
    expect(before).toMatchObject({ manifestDigest: digestOf(before.manifest), signedManifest: null });
    const view = await publish(ref);
    const { publish: key } = world.keys;
    expect(view.signature).toEqual({ kid: key.kid, holder: 'service', status: 'valid' });
    const after = await manifestOf(ref);
    expect([after.manifest, after.manifestDigest]).toEqual([before.manifest, view.manifestDigest]);
    expect(canonicalJson(view.manifest)).toBe(after.manifest);
    expect(
      await verifyManifest(after.signedManifest!, view.manifestDigest!, world.keys.current, Date.now()),
    ).toMatchObject({
      ok: true,
      kid: key.kid,
      content: view.manifest,
    });
    const [event] = await world.eventsOf(ref.package, 1);
    expect(event!.body['signedManifest']).toBe(after.signedManifest);
  });

  it('shows that its key was revoked, and is signed anew by publishing it once more', async () => {
    const key = world.keys.add(`release-${freshName()}`, 'publish', { holder: 'organisation' });
    world.publishKeySet();
    const ref = await draft();
    const { manifest } = await manifestOf(ref);
    await eventually(() => publish(ref, jws(manifest, key)), { timeoutMs: 20_000 });
    await keySet(
      () => world.keys.revoke(key.kid),
      async () =>
        expect((await get(ref)).signature).toEqual({ kid: key.kid, holder: 'organisation', status: 'revoked' }),
    );
    await expect(publish(ref, jws(manifest, key))).rejects.toMatchObject({ code: 'version.signatureInvalid' });
    const [first, again] = [await get(ref), await publish(ref)];
    expect(again).toMatchObject({
      signature: { kid: world.keys.publish.kid, status: 'valid' },
      manifestDigest: first.manifestDigest,
      publishedAt: first.publishedAt,
      revision: first.revision + 1,
    });
    const events = await world.eventsOf(ref.package, 2);
    expect(events.map(({ type }) => type)).toEqual([EVENTS.packageVersionPublished, EVENTS.packageVersionPublished]);
  });
});

describe('a signature of the organisation', () => {
  it.each([
    ['with the bytes in it', (text: string) => jws(text, world.keys.publish)],
    ['detached', (text: string) => detach(jws(text, world.keys.publish))],
  ])('is taken %s', async (_what, sign) => {
    const ref = await draft();
    const { manifest } = await manifestOf(ref);
    expect(await publish(ref, sign(manifest))).toMatchObject({ status: 'published', signature: { status: 'valid' } });
  });

  it.each<[string, (text: string) => string]>([
    ['by a key that nobody knows', (text) => jws(text, newKey('x'))],
    ['by somebody else under that name', (text) => jws(text, newKey(world.keys.publish.kid))],
    ['by the command key', (text) => jws(text, world.keys.command)],
    ['over other bytes', () => jws('{"package":"evil"}', world.keys.publish)],
    ['detached from other bytes', () => detach(jws('{"package":"evil"}', world.keys.publish))],
    [
      'over the same JSON, written otherwise',
      (text) => jws(JSON.stringify(JSON.parse(text), null, 1), world.keys.publish),
    ],
    ['of another type', (text) => new JwsSigner(world.keys.publish, 'JWT').sign(text)],
    ['cut off', (text) => jws(text, world.keys.publish).slice(0, -4)],
    ['that is none', () => 'hello'],
  ])('is refused %s, and nothing changes', async (_what, sign) => {
    const ref = await draft();
    const { manifest } = await manifestOf(ref);
    await expect(publish(ref, sign(manifest))).rejects.toMatchObject({
      kind: 'invalid',
      code: 'version.signatureInvalid',
      errors: [{ pointer: '/signature' }],
    });
    expect(await get(ref)).toMatchObject({ status: 'draft', signature: null, revision: expect.any(Number) as number });
  });

  it('is needed where the service has no key, and the refusal says what to do', async () => {
    const ref = await draft();
    const { publishingKey } = world.config;
    try {
      world.config.publishingKey = undefined;
      await world.restart();
      await expect(publish(ref)).rejects.toMatchObject({
        kind: 'conflict',
        code: 'version.signatureMissing',
        detail: expect.stringContaining('manifest') as string,
      });
      const { manifest } = await manifestOf(ref);
      expect(await publish(ref, jws(manifest, world.keys.publish))).toMatchObject({ status: 'published' });
    } finally {
      world.config.publishingKey = publishingKey;
      await world.restart();
    }
  });
});
