import { type Actor, type Grant, PACKAGE_RPC, type RpcContract, type RpcPattern } from '@waybill/contracts';
import { specActor } from '@waybill/testing';
import { ledgerManifest } from '@waybill/contracts/test-manifest';
import { freshName, PackageWorld, START_TIMEOUT_MS } from '../specs/package-world.fixtures.spec.js';

let world: PackageWorld;
const mine = freshName();
const theirs = freshName();
const none = freshName();
beforeAll(async () => {
  world = await PackageWorld.start();
  for (const [name, category] of [
    [mine, 'office'],
    [theirs, 'games'],
    [none, undefined],
  ] as const) {
    await world.rpc.call(PACKAGE_RPC.create, { name, title: name, ...(category ? { category } : {}) });
    await world.rpc.call(PACKAGE_RPC.versionCreate, { package: name, manifest: ledgerManifest({ package: name }) });
  }
}, START_TIMEOUT_MS);
afterAll(() => world?.stop());

const limited = (...grants: Grant[]): Actor => specActor({ grants });
const packager = limited({ role: 'packager', categories: ['office'] });
/** Reads everything, writes in one category. */
const mixed = limited({ role: 'viewer' }, { role: 'packager', categories: ['office'] });
const codeOf = <P extends RpcPattern>(actor: Actor, pattern: P, request: RpcContract[P]['request']) =>
  world.rpc.as(actor, pattern, request).then(
    () => 'done',
    ({ code }: { code: string }) => code,
  );

const VERSION = { version: ledgerManifest({ package: 'x' }).version };
const UPLOAD = '0199aaaa-0000-7000-8000-000000000001';
/** Every request about a package, by what it needs, with the answer for one that is not there. */
const ABOUT = (name: string): [RpcPattern, object, string][] => [
  [PACKAGE_RPC.get, { name }, 'package.notFound'],
  [PACKAGE_RPC.versionGet, { package: name, ...VERSION }, 'version.notFound'],
  [PACKAGE_RPC.versionManifest, { package: name, ...VERSION }, 'version.notFound'],
  [PACKAGE_RPC.versionList, { package: name }, 'package.notFound'],
  [PACKAGE_RPC.update, { name, changes: { title: 'x' } }, 'package.notFound'],
  [PACKAGE_RPC.versionCreate, { package: name, manifest: ledgerManifest({ package: name }) }, 'package.notFound'],
  [PACKAGE_RPC.uploadBegin, { package: name, ...VERSION, file: 'x' }, 'version.notFound'],
  [PACKAGE_RPC.multipartBegin, { package: name, ...VERSION, file: 'x', size: 1 }, 'version.notFound'],
  [PACKAGE_RPC.multipartGet, { package: name, ...VERSION, uploadId: UPLOAD }, 'version.notFound'],
  [
    PACKAGE_RPC.multipartComplete,
    { package: name, ...VERSION, uploadId: UPLOAD, parts: [{ number: 1, etag: 'x' }] },
    'version.notFound',
  ],
  [PACKAGE_RPC.multipartOutcome, { package: name, ...VERSION, uploadId: UPLOAD }, 'version.notFound'],
  [PACKAGE_RPC.multipartAbort, { package: name, ...VERSION, uploadId: UPLOAD }, 'version.notFound'],
  [PACKAGE_RPC.versionPublish, { package: name, ...VERSION }, 'version.notFound'],
  [PACKAGE_RPC.versionWithdraw, { package: name, ...VERSION }, 'version.notFound'],
  [PACKAGE_RPC.remove, { name }, 'package.notFound'],
];
const READS: readonly RpcPattern[] = [
  PACKAGE_RPC.get,
  PACKAGE_RPC.versionGet,
  PACKAGE_RPC.versionManifest,
  PACKAGE_RPC.versionList,
];

describe('somebody limited to a category', () => {
  it.each([
    ['of another one', theirs],
    ['without any', none],
    ['that does not exist', freshName()],
  ])('hears of a package %s that it is not there, whatever they ask', async (_what, name) => {
    for (const [pattern, request, code] of ABOUT(name))
      expect([pattern, await codeOf(packager, pattern, request as never)]).toEqual([pattern, code]);
  });

  it('who may see more, but not change it, is refused the change', async () => {
    for (const [pattern, request] of ABOUT(theirs)) {
      // the draft’s files are not there yet: the question itself was let in
      const seen = pattern === PACKAGE_RPC.versionManifest ? 'version.artifactsMissing' : 'done';
      const expected = READS.includes(pattern) ? seen : 'permission.limited';
      expect([pattern, await codeOf(mixed, pattern, request as never)]).toEqual([pattern, expected]);
    }
  });

  it('lists their own, also with a filter that asks for others', async () => {
    const names = async (filter?: string) => {
      const query = { limit: 1000, ...(filter ? { filter } : {}) };
      return (await world.rpc.as(packager, PACKAGE_RPC.list, query)).items.map(({ name }) => name);
    };
    expect(await names()).toEqual([mine]);
    expect(await names(`name==${theirs}`)).toEqual([]);
    expect(await names('category==games,category==office')).toEqual([mine]);
  });

  it('works in their own, and neither makes nor moves a package into another', async () => {
    expect(await codeOf(packager, PACKAGE_RPC.update, { name: mine, changes: { title: 'Mine' } })).toBe('done');
    for (const category of ['games', undefined]) {
      const body = { name: freshName(), title: 'x', ...(category ? { category } : {}) };
      expect(await codeOf(packager, PACKAGE_RPC.create, body)).toBe('permission.limited');
    }
    expect(await codeOf(packager, PACKAGE_RPC.create, { name: freshName(), title: 'x', category: 'office' })).toBe(
      'done',
    );
    expect(await codeOf(packager, PACKAGE_RPC.update, { name: mine, changes: { category: 'games' } })).toBe(
      'permission.limited',
    );
    expect((await world.rpc.call(PACKAGE_RPC.get, { name: mine })).category).toBe('office');
  });
});
