import { randomUUID } from 'node:crypto';
import { PACKAGE_RPC } from '@waybill/contracts';
import { UnitOfWork } from '@waybill/persistence';
import { ledgerManifest } from '@waybill/contracts/test-manifest';
import { freshName, PackageWorld, sha256, START_TIMEOUT_MS } from '../specs/package-world.fixtures.spec.js';
import { DiscardedObjectsRepository } from './discarded-objects.repository.js';
import { ObjectDisposal } from './object-disposal.js';
import { UploadSweep } from './upload-sweep.js';

const DEB = 'acme-ledger_2.4.0_amd64.deb';
const SCRIPT = 'check-terminal.sh';
const HOUR = 3600;

let world: PackageWorld;

beforeAll(async () => {
  world = await PackageWorld.start();
}, START_TIMEOUT_MS);
afterAll(() => world.stop());

const sweep = () => world.app.get(UploadSweep).run();

async function freshDraft() {
  const manifest = ledgerManifest({ package: freshName() });
  await world.draft(manifest);
  return manifest;
}

async function age(uploadId: string, seconds: number): Promise<void> {
  await world.sql.query(
    `UPDATE uploads SET created_at = created_at - make_interval(secs => $2), closed_at = closed_at - make_interval(secs => $2) WHERE id = $1`,
    [uploadId, seconds],
  );
}

describe('the sweep', () => {
  it('gives uploads up that are older than 24 hours, and no others', async () => {
    const draft = await freshDraft();
    const [old, young] = [await world.begin(draft, DEB), await world.begin(draft, DEB)];
    const [lost, kept] = [await world.write(old, 'old'), await world.write(young, `young ${draft.package}`)];
    await age(old.uploadId, 25 * HOUR);
    await age(young.uploadId, 23 * HOUR);
    await sweep();
    const objects = await world.objects();
    expect(objects).not.toContain(old.objectKey);
    expect(objects).toContain(young.objectKey);
    await expect(world.rpc.call(PACKAGE_RPC.uploadComplete, lost)).rejects.toMatchObject({
      code: 'upload.closed',
      detail: expect.stringContaining('abandoned') as string,
    });
    expect(await world.rpc.call(PACKAGE_RPC.uploadComplete, kept)).toMatchObject({ file: DEB });
  });

  it('removes what a draft had before it was replaced, unless another version has it too', async () => {
    const [one, two] = [await freshDraft(), await freshDraft()];
    const [mine, shared] = [`mine ${one.package}`, `shared ${one.package}`];
    await world.upload(one, DEB, mine);
    await world.upload(one, SCRIPT, shared);
    await world.upload(two, SCRIPT, shared);
    const before = await world.objects();
    await world.upload(one, DEB, `next ${one.package}`);
    await world.upload(one, SCRIPT, `next script ${one.package}`);
    await sweep();
    expect(await contents()).toEqual(expect.arrayContaining([sha256(shared)]));
    expect(await contents()).not.toContain(sha256(mine));
    expect(await world.objects()).toHaveLength(before.length + 1);
  });

  it('removes what a removed package had uploaded, and its unfinished uploads', async () => {
    const draft = await freshDraft();
    const before = await world.objects();
    await world.upload(draft, DEB, draft.package);
    const unfinished = await world.begin(draft, SCRIPT);
    await world.write(unfinished, 'half');
    await world.rpc.call(PACKAGE_RPC.remove, { name: draft.package });
    await age(unfinished.uploadId, 25 * HOUR);
    await sweep();
    expect(await world.objects()).toEqual(before);
  });

  it('keeps what published and withdrawn versions have', async () => {
    const draft = await freshDraft();
    await world.upload(draft, DEB, `deb ${draft.package}`);
    await world.upload(draft, SCRIPT, `script ${draft.package}`);
    const ref = { package: draft.package, version: draft.version };
    await world.rpc.call(PACKAGE_RPC.versionPublish, ref);
    await world.rpc.call(PACKAGE_RPC.versionWithdraw, ref);
    const before = await world.objects();
    await sweep();
    expect(await world.objects()).toEqual(before);
  });

  it('never takes content that an upload is just coming to need', async () => {
    const replica = await world.replica();
    try {
      for (let round = 0; round < 10; round++) {
        const [from, to] = [await freshDraft(), await freshDraft()];
        const content = `contested ${randomUUID()}`;
        await world.upload(from, DEB, content);
        await world.upload(from, DEB, `next ${from.package}`);
        const completion = await world.write(await world.begin(to, DEB), content);
        await Promise.all([
          sweep(),
          replica.get(UploadSweep).run(),
          world.rpc.call(PACKAGE_RPC.uploadComplete, completion),
        ]);
        const [row]: { object_key: string }[] = await world.sql.query(
          'SELECT object_key FROM artifacts WHERE sha256 = $1',
          [sha256(content)],
        );
        expect(await world.objects()).toContain(row!.object_key);
      }
    } finally {
      await replica.close();
    }
  });

  it('forgets uploads that ended more than a week ago', async () => {
    const draft = await freshDraft();
    const ticket = await world.begin(draft, DEB);
    const completion = await world.write(ticket, draft.package);
    await world.rpc.call(PACKAGE_RPC.uploadComplete, completion);
    await age(ticket.uploadId, 8 * 24 * HOUR);
    await sweep();
    await expect(world.rpc.call(PACKAGE_RPC.uploadComplete, completion)).rejects.toMatchObject({
      code: 'upload.notFound',
    });
    expect(await contents()).toContain(sha256(draft.package));
  });
});

describe('an object that cannot be removed', () => {
  it('is tried again later, and keeps no other from being removed', async () => {
    const { client, bucket } = world.bucket;
    const storage = {
      remove: (key: string) =>
        key === 'artifacts/stuck' ? Promise.reject(new Error('the storage is away')) : client.removeObject(bucket, key),
    };
    const discarded = new DiscardedObjectsRepository();
    const disposal = new ObjectDisposal(world.app.get(UnitOfWork), discarded, storage as never);
    await client.putObject(bucket, 'artifacts/loose', Buffer.from('x'));
    await discarded.add(world.sql.manager, ['artifacts/stuck', 'artifacts/loose']);
    await disposal.dispose(null);
    expect(await world.objects()).not.toContain('artifacts/loose');
    const rows: object[] = await world.sql.query(`SELECT object_key, due_at > now() AS later FROM discarded_objects`);
    expect(rows).toEqual([{ object_key: 'artifacts/stuck', later: true }]);
  });
});

async function contents(): Promise<string[]> {
  const rows: { sha256: string }[] = await world.sql.query('SELECT sha256 FROM artifacts');
  return rows.map((row) => row.sha256);
}
