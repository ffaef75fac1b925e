import { randomBytes } from 'node:crypto';
import { PACKAGE_RPC, type MultipartTicket } from '@waybill/contracts';
import type { ObjectStorage } from '@waybill/object-storage';
import { UnitOfWork } from '@waybill/persistence';
import { eventually } from '@waybill/testing';
import { OBJECT_STORAGE } from '../artifacts/object-storage.token.js';
import { UploadSweep } from '../artifacts/upload-sweep.js';
import { ledgerManifest } from '@waybill/contracts/test-manifest';
import { MultipartSender } from '../specs/multipart-sender.fixtures.spec.js';
import { freshName, PackageWorld, START_TIMEOUT_MS } from '../specs/package-world.fixtures.spec.js';
import { VerifyUpload } from './verify-upload.js';

const DEB = 'acme-ledger_2.4.0_amd64.deb';
const SCRIPT = 'check-terminal.sh';
const MIB = 1024 * 1024;
const HOUR = 3600;

let world: PackageWorld;
let sender: MultipartSender;

beforeAll(async () => {
  world = await PackageWorld.start();
  sender = new MultipartSender(world);
}, START_TIMEOUT_MS);
afterAll(() => world.stop());

async function freshDraft() {
  const manifest = ledgerManifest({ package: freshName() });
  await world.draft(manifest);
  return manifest;
}

/** An upload whose completion is committed, and whose process died before it did anything else. */
async function diedAfterCompletion(content?: Buffer) {
  const draft = await freshDraft();
  const bytes = content ?? Buffer.from(`deb ${draft.package}`);
  const ticket = await sender.begin(draft, DEB, { size: bytes.length });
  const parts = await sender.sendAll(ticket, bytes);
  const etags = parts.map(({ etag }) => etag.replaceAll('"', ''));
  await sender.dieAfterCompletion(ticket, etags);
  return { draft, ticket, parts, etags };
}

const sweep = () => world.app.get(UploadSweep).run();
const age = ({ upload }: MultipartTicket, seconds: number) =>
  world.sql.query(`UPDATE uploads SET created_at = created_at - make_interval(secs => $2) WHERE id = $1`, [
    upload.id,
    seconds,
  ]);

async function refusal(draft: { package: string; version: string }, ticket: MultipartTicket): Promise<object> {
  return sender.outcome(draft, ticket).then(
    () => Promise.reject(new Error('it was completed')),
    (error: object) => error,
  );
}

describe('a process that dies', () => {
  it('after the completion was committed: another verifies', async () => {
    const { draft, ticket, parts } = await diedAfterCompletion();
    expect(await sender.complete(draft, ticket, parts)).toMatchObject({ artifact: null });
    expect(await sender.get(draft, ticket)).toMatchObject({ state: 'verifying', artifact: null });
    await sender.resume(ticket);
    expect(await sender.outcome(draft, ticket)).toMatchObject({ file: DEB, deduplicated: false });
    expect(await sender.traces(ticket)).toEqual(['object']);
  });

  it('after the parts were joined: another goes on from there', async () => {
    const { draft, ticket, etags } = await diedAfterCompletion();
    await sender.storage.joinParts(ticket.objectKey, ticket.storageId, etags);
    await sender.resume(ticket);
    expect(await sender.outcome(draft, ticket)).toMatchObject({ file: DEB });
  });

  it('after storing an upload, before object storage had begun it, or before it was told: swept with its parts', async () => {
    const draft = await freshDraft();
    const ticket = await sender.begin(draft, DEB, { size: 3 });
    await sender.sendAll(ticket, Buffer.from('abc'));
    await world.sql.query(`UPDATE multipart_uploads SET storage_id = NULL WHERE upload_id = $1`, [ticket.upload.id]);
    await expect(sender.get(draft, ticket)).rejects.toMatchObject({ code: 'upload.notFound' });
    await age(ticket, 25 * HOUR);
    await sweep();
    expect(await sender.traces(ticket)).toEqual([]);
  });

  it('between refusing an upload and removing its object: the sweep removes it', async () => {
    const draft = await freshDraft();
    const ticket = await sender.begin(draft, DEB, { size: 3 });
    await sender.sendAll(ticket, Buffer.from('abc'));
    await world.sql.query(`UPDATE uploads SET status = 'refused', closed_at = now() WHERE id = $1`, [ticket.upload.id]);
    await world.sql.query(`INSERT INTO discarded_objects (object_key) VALUES ($1)`, [ticket.objectKey]);
    await sweep();
    expect(await sender.traces(ticket)).toEqual([]);
  });

  it('or ends in the middle of a verification: its next start does it', async () => {
    const content = randomBytes(40 * MIB);
    const draft = await freshDraft();
    const ticket = await sender.begin(draft, DEB, { size: content.length });
    await sender.complete(draft, ticket, await sender.sendAll(ticket, content));
    await world.restart();
    expect(await sender.outcome(draft, ticket)).toMatchObject({ size: content.length });
    expect((await versionOf(draft)).revision).toBe(2);
  });
});

describe('a verification', () => {
  it('twice at once, on two replicas, changes things once', async () => {
    const replica = await world.replica();
    try {
      for (let round = 0; round < 5; round++) {
        const { draft, ticket } = await diedAfterCompletion();
        const { id } = ticket.upload;
        await Promise.allSettled([world.app.get(VerifyUpload).run(id), replica.get(VerifyUpload).run(id)]);
        expect(await sender.outcome(draft, ticket)).toMatchObject({ deduplicated: false });
        expect((await versionOf(draft)).revision).toBe(2);
        expect(await sender.traces(ticket)).toEqual(['object']);
      }
    } finally {
      await replica.close();
    }
  });

  it('of the same bytes at the same moment keeps one object', async () => {
    const replica = await world.replica();
    try {
      const content = randomBytes(1000);
      const before = await world.objects();
      const uploads = await Promise.all(Array.from({ length: 4 }, () => diedAfterCompletion(content)));
      const apps = [world.app, replica];
      await Promise.all(uploads.map(({ ticket }, i) => apps[i % 2]!.get(VerifyUpload).run(ticket.upload.id)));
      const artifacts = await Promise.all(uploads.map(({ draft, ticket }) => sender.outcome(draft, ticket)));
      expect(artifacts.filter(({ deduplicated }) => !deduplicated)).toHaveLength(1);
      expect(await world.objects()).toHaveLength(before.length + 1);
    } finally {
      await replica.close();
    }
  });

  it('tries again when object storage fails in the middle', async () => {
    const draft = await freshDraft();
    const ticket = await sender.begin(draft, DEB, { size: draft.package.length });
    const parts = await sender.sendAll(ticket, Buffer.from(draft.package));
    const storage = world.app.get<ObjectStorage>(OBJECT_STORAGE);
    const digest = storage.digest.bind(storage);
    let tries = 0;
    storage.digest = (key, options) => (++tries === 1 ? Promise.reject(new Error('cut off')) : digest(key, options));
    expect(await sender.finish(draft, ticket, parts)).toMatchObject({ file: DEB });
    expect(tries).toBe(2);
    storage.digest = digest;
  });

  it('refuses when the version was published meanwhile: it never changes', async () => {
    const { draft, ticket } = await diedAfterCompletion();
    for (const file of [DEB, SCRIPT]) await world.upload(draft, file, `published ${draft.package}`);
    const ref = { package: draft.package, version: draft.version };
    const published = await world.rpc.call(PACKAGE_RPC.versionPublish, ref);
    await sender.resume(ticket);
    expect(await refusal(draft, ticket)).toMatchObject({ kind: 'conflict', code: 'version.notDraft' });
    expect(await versionOf(draft)).toEqual(published);
    expect(await sender.traces(ticket)).toEqual([]);
  });

  it('of a version that was removed leaves nothing', async () => {
    const { draft, ticket } = await diedAfterCompletion();
    await world.rpc.call(PACKAGE_RPC.remove, { name: draft.package });
    await sender.resume(ticket);
    await eventually(async () => expect(await statusOf(ticket)).toBe('refused'), { timeoutMs: 30_000 });
    await eventually(async () => expect(await sender.traces(ticket)).toEqual([]), { timeoutMs: 30_000 });
  });

  it('refuses when object storage has lost the parts, or has other ones', async () => {
    const [lost, other] = [await diedAfterCompletion(), await diedAfterCompletion()];
    await sender.storage.remove(lost.ticket.objectKey);
    await sender.send(other.ticket, 1, Buffer.from('changed after it was completed'));
    await sender.resume(lost.ticket);
    await sender.resume(other.ticket);
    expect(await refusal(lost.draft, lost.ticket)).toMatchObject({ kind: 'conflict', code: 'upload.objectMissing' });
    expect(await refusal(other.draft, other.ticket)).toMatchObject({ kind: 'invalid', code: 'upload.partMismatch' });
    expect(await sender.traces(other.ticket)).toEqual([]);
  });

  it('can be stopped and is not over then', async () => {
    const { ticket } = await diedAfterCompletion(randomBytes(4 * MIB));
    const stop = new AbortController();
    const reason = new Error('the process ends');
    const run = world.app.get(VerifyUpload).run(ticket.upload.id, {
      signal: stop.signal,
      onRead: () => stop.abort(reason),
    });
    await expect(run).rejects.toBe(reason);
    expect(await statusOf(ticket)).toBe('verifying');
  });
});

describe('the sweep', () => {
  it('gives open uploads up that have expired, with their parts, and no others', async () => {
    const draft = await freshDraft();
    const [old, young] = [await sender.begin(draft, DEB, { size: 3 }), await sender.begin(draft, DEB, { size: 3 })];
    for (const ticket of [old, young]) await sender.sendAll(ticket, Buffer.from('abc'));
    const verifying = await diedAfterCompletion();
    await age(old, 25 * HOUR);
    await age(young, 23 * HOUR);
    await age(verifying.ticket, 25 * HOUR);
    await sweep();
    expect(await sender.traces(old)).toEqual([]);
    expect(await sender.get(draft, old)).toMatchObject({ state: 'abandoned' });
    await expect(sender.complete(draft, old, [{ number: 1, etag: 'x' }])).rejects.toMatchObject({
      code: 'upload.closed',
    });
    expect(await sender.traces(young)).toEqual(['parts']);
    expect(await statusOf(verifying.ticket)).toBe('verifying');
  });

  it('knows uploads of a removed package', async () => {
    const draft = await freshDraft();
    const ticket = await sender.begin(draft, DEB, { size: 3 });
    await sender.sendAll(ticket, Buffer.from('abc'));
    await world.rpc.call(PACKAGE_RPC.remove, { name: draft.package });
    await expect(sender.get(draft, ticket)).rejects.toMatchObject({ code: 'version.notFound' });
    await age(ticket, 25 * HOUR);
    await sweep();
    expect(await sender.traces(ticket)).toEqual([]);
  });

  it('says of an upload that object storage has given up that it is closed', async () => {
    const draft = await freshDraft();
    const ticket = await sender.begin(draft, DEB, { size: 3 });
    const parts = await sender.sendAll(ticket, Buffer.from('abc'));
    await sender.storage.remove(ticket.objectKey);
    const closed = { kind: 'conflict', code: 'upload.closed' };
    await expect(sender.get(draft, ticket)).rejects.toMatchObject(closed);
    await expect(sender.complete(draft, ticket, parts)).rejects.toMatchObject(closed);
  });
});

async function versionOf({ package: name, version }: { package: string; version: string }) {
  return world.rpc.call(PACKAGE_RPC.versionGet, { package: name, version });
}

async function statusOf({ upload }: MultipartTicket): Promise<string> {
  const [row] = await world.app
    .get(UnitOfWork)
    .run<{ status: string }[]>((manager) => manager.query('SELECT status FROM uploads WHERE id = $1', [upload.id]));
  return row!.status;
}
