import { randomUUID } from 'node:crypto';
import { PACKAGE_RPC, type PackageView } from '@waybill/contracts';
import { type MessageContext, runAs } from '@waybill/messaging';
import { HealthRegistry } from '@waybill/platform';
import { specActor } from '@waybill/testing';
import { ledgerManifest } from '@waybill/contracts/test-manifest';
import { freshName, PackageWorld, START_TIMEOUT_MS } from '../specs/package-world.fixtures.spec.js';
import { CreatePackageHandler } from './create-package.handler.js';
import { UpdatePackageHandler } from './update-package.handler.js';

let world: PackageWorld;

beforeAll(async () => {
  world = await PackageWorld.start();
}, START_TIMEOUT_MS);
afterAll(() => world.stop());

const create = (name: string, fields: object = {}) =>
  world.rpc.call(PACKAGE_RPC.create, { name, title: 'Acme Ledger', ...fields });
const update = (name: string, changes: object, revision?: number) =>
  world.rpc.call(PACKAGE_RPC.update, { name, changes, revision });

describe('creating a package', () => {
  it('answers what is stored', async () => {
    const name = freshName();
    const created = await create(name, { publisher: 'Acme', description: 'Bücher\n日本', category: 'finance' });
    expect(created).toEqual({
      name,
      title: 'Acme Ledger',
      publisher: 'Acme',
      description: 'Bücher\n日本',
      category: 'finance',
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      updatedAt: created.createdAt,
      revision: 1,
    });
    expect(await world.rpc.call(PACKAGE_RPC.get, { name })).toEqual(created);
  });

  it('refuses a name that exists', async () => {
    const name = freshName();
    await create(name);
    await expect(create(name)).rejects.toMatchObject({ kind: 'conflict', code: 'package.exists' });
  });

  it('lets one of two at the same moment win', async () => {
    const name = freshName();
    const outcomes = await Promise.allSettled([create(name), create(name), create(name)]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it.each([
    ['a path as name', { name: '../etc' }, '/name'],
    ['capitals in the name', { name: 'Acme' }, '/name'],
    ['no title', { title: '' }, '/title'],
    ['an unknown field', { titel: 'x' }, '/titel'],
    ['a wrong type', { publisher: 5 }, '/publisher'],
    ['a NUL in a text', { description: 'a\u0000b' }, '/description'],
    ['half a surrogate pair', { category: '\ud83d' }, '/category'],
  ])('refuses %s and stores nothing', async (_, fields, pointer) => {
    const name = freshName();
    await expect(create(name, fields)).rejects.toMatchObject({
      kind: 'invalid',
      code: 'request.invalid',
      errors: expect.arrayContaining([expect.objectContaining({ pointer })]) as unknown[],
    });
    await expect(world.rpc.call(PACKAGE_RPC.get, { name })).rejects.toMatchObject({ code: 'package.notFound' });
  });

  it.each(['nobody', 'a\u0000b', '../x'])('says that there is no package %j', async (name) => {
    await expect(world.rpc.call(PACKAGE_RPC.get, { name })).rejects.toMatchObject({
      kind: 'notFound',
      code: 'package.notFound',
    });
    await expect(update(name, { title: 'x' })).rejects.toMatchObject({ code: 'package.notFound' });
    await expect(world.rpc.call(PACKAGE_RPC.remove, { name })).rejects.toMatchObject({ code: 'package.notFound' });
  });
});

describe('changing a package', () => {
  it('changes what is given and raises the revision', async () => {
    const name = freshName();
    const before = await create(name, { publisher: 'Acme' });
    const after = await update(name, { title: 'Ledger', publisher: null }, 1);
    expect(after).toEqual({ ...before, title: 'Ledger', publisher: null, updatedAt: after.updatedAt, revision: 2 });
    expect(after.updatedAt >= before.updatedAt).toBe(true);
  });

  it('leaves the revision when nothing differs', async () => {
    const name = freshName();
    const before = await create(name);
    expect(await update(name, { title: before.title })).toEqual(before);
  });

  it('lets one of several that saw the same revision win', async () => {
    const name = freshName();
    await create(name);
    const outcomes = await Promise.allSettled(['a', 'b', 'c', 'd'].map((title) => update(name, { title }, 1)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected')
        expect(outcome.reason).toMatchObject({ kind: 'precondition', code: 'precondition.failed' });
    }
  });

  it.each([
    ['an unknown field', { name: 'other' }, '/name'],
    ['no title', { title: null }, '/title'],
    ['a text that is too long', { category: 'x'.repeat(101) }, '/category'],
    ['a NUL', { description: '\u0000' }, '/description'],
  ])('refuses %s', async (_, changes, pointer) => {
    const name = freshName();
    const before = await create(name);
    await expect(update(name, changes)).rejects.toMatchObject({
      code: 'request.invalid',
      errors: expect.arrayContaining([expect.objectContaining({ pointer })]) as unknown[],
    });
    expect(await world.rpc.call(PACKAGE_RPC.get, { name })).toEqual(before);
  });
});

describe('listing packages', () => {
  const category = freshName();
  const names = ['a', 'b', 'c', 'd', 'e'].map((letter) => `${letter}-${category}`);
  const list = (query: object) => world.rpc.call(PACKAGE_RPC.list, { filter: `category==${category}`, ...query });

  beforeAll(async () => {
    for (const name of names) await create(name, { category, publisher: name.startsWith('c') ? 'Acme' : undefined });
  });

  it('pages in order of name without repeating or missing any', async () => {
    const seen: PackageView[] = [];
    let cursor: string | undefined;
    do {
      const page = await list({ limit: 2, cursor });
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen.map(({ name }) => name)).toEqual(names);
  });

  it('sorts and filters', async () => {
    expect((await list({ sort: '-createdAt' })).items.map(({ name }) => name)).toEqual([...names].reverse());
    expect((await list({ filter: `category==${category};publisher==Acme` })).items.map(({ name }) => name)).toEqual([
      names[2],
    ]);
    expect((await list({ filter: `category==${category};name==a-*` })).items).toHaveLength(1);
  });

  it.each([
    ['an unknown field', { filter: 'titel==x' }, 'filter.unknownField'],
    ['broken RSQL', { filter: 'name=' }, 'filter.syntax'],
    ['too many terms', { filter: Array.from({ length: 700 }, () => 'name==a').join(',') }, 'filter.tooLong'],
    ['a made-up cursor', { cursor: 'bm90IGEgY3Vyc29y' }, 'cursor.invalid'],
    ['an unknown sort', { sort: 'size' }, 'sort.unknownField'],
    ['a limit over 1,000', { limit: 1001 }, 'request.invalid'],
  ])('refuses %s', async (_, query, code) => {
    await expect(list(query)).rejects.toMatchObject({ kind: 'invalid', code });
  });
});

describe('removing a package', () => {
  it('takes its drafts along', async () => {
    const name = freshName();
    const manifest = ledgerManifest({ package: name });
    await world.draft(manifest);
    await world.rpc.call(PACKAGE_RPC.remove, { name });
    await expect(world.rpc.call(PACKAGE_RPC.get, { name })).rejects.toMatchObject({ code: 'package.notFound' });
    await expect(
      world.rpc.call(PACKAGE_RPC.versionGet, { package: name, version: manifest.version }),
    ).rejects.toMatchObject({ code: 'version.notFound' });
  });

  it.each(['published', 'withdrawn'])('is refused once a version is %s', async (status) => {
    const name = freshName();
    const manifest = ledgerManifest({ package: name });
    await world.draft(manifest);
    for (const { file } of manifest.variants[0]!.artifacts) await world.upload(manifest, file, `${file} of ${name}`);
    const ref = { package: name, version: manifest.version };
    await world.rpc.call(PACKAGE_RPC.versionPublish, ref);
    if (status === 'withdrawn') await world.rpc.call(PACKAGE_RPC.versionWithdraw, ref);
    await expect(world.rpc.call(PACKAGE_RPC.remove, { name })).rejects.toMatchObject({
      kind: 'conflict',
      code: 'package.inUse',
    });
    expect((await world.rpc.call(PACKAGE_RPC.versionGet, ref)).status).toBe(status);
  });
});

describe('a request that is delivered twice', () => {
  const context = (messageId: string) => ({ messageId }) as MessageContext;
  const asAdministrator = <Q>(handler: { handle(request: Q, context: MessageContext): Promise<PackageView> }) => ({
    handle: (request: Q, about: MessageContext) => runAs(specActor(), () => handler.handle(request, about)),
  });

  it('is answered, not refused, when its first run created the package', async () => {
    const name = freshName();
    const handler = asAdministrator(world.app.get(CreatePackageHandler));
    const [one, two] = [context(randomUUID()), context(randomUUID())];
    const created = await handler.handle({ name, title: 'x' }, one);
    expect(await handler.handle({ name, title: 'x' }, one)).toEqual(created);
    await expect(handler.handle({ name, title: 'x' }, two)).rejects.toMatchObject({ code: 'package.exists' });
  });

  it('is answered, not refused, when its first run raised the revision', async () => {
    const name = freshName();
    await create(name);
    const handler = asAdministrator(world.app.get(UpdatePackageHandler));
    const [one, two] = [context(randomUUID()), context(randomUUID())];
    const changed = await handler.handle({ name, changes: { title: 'y' }, revision: 1 }, one);
    expect(changed.revision).toBe(2);
    expect(await handler.handle({ name, changes: { title: 'y' }, revision: 1 }, one)).toEqual(changed);
    await expect(handler.handle({ name, changes: { title: 'z' }, revision: 1 }, two)).rejects.toMatchObject({
      code: 'precondition.failed',
    });
  });
});

describe('readiness', () => {
  it('names every dependency', async () => {
    const { status, dependencies } = await world.app.get(HealthRegistry).readiness();
    expect(status).toBe('ok');
    expect(Object.keys(dependencies)).toEqual(
      expect.arrayContaining(['database', 'objectStorage', 'broker.services', 'consumers', 'outbox']),
    );
  });
});
