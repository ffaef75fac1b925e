import { KEY_SET_JWS_TYPE, type KeySet } from '@waybill/contracts';
import { newKey, TestKeys, trustKey } from '../test-keys.js';
import { JwsSigner } from '../jws/sign-jws.js';
import { fingerprint, toSpki } from '../keys.js';
import { follow, openFirst, openNext, type ProvenKeySet } from './open-key-set.js';
import { KeyRing } from './key-ring.js';
import { sealKeySet } from './seal-key-set.js';

const NOW = Date.now();
const fresh = () => new TestKeys(newKey('session'));
const rootOf = (keys: TestKeys) => fingerprint(toSpki(keys.root.privateKey));

async function first(keys: TestKeys): Promise<ProvenKeySet> {
  const opened = await openFirst(keys.chain, null);
  if (!opened.ok) throw new Error(opened.why);
  return opened;
}

/** Another root key takes over: vouched for by the old one, then speaking itself. */
function replaceRoot(keys: TestKeys) {
  const root = newKey('root-2');
  const vouched = keys.change(({ keys: list }) => {
    list.find(({ kid }) => kid === keys.root.kid)!.notAfter = new Date().toISOString();
    list.push(trustKey(root, 'root'));
  });
  const [bridge] = keys.chain as [string];
  keys.change(() => {}, root);
  return { root, vouched, chain: [bridge, ...keys.chain] };
}

describe('the first key set', () => {
  it('is believed when a root key of its own signed it', async () => {
    const keys = fresh();
    expect(await openFirst(keys.chain, null)).toMatchObject({ ok: true, set: keys.current });
    expect(await openFirst(keys.chain, rootOf(keys))).toMatchObject({ ok: true });
  });

  it('is refused when it is not signed by the root that was told over another channel', async () => {
    expect(await openFirst(fresh().chain, rootOf(fresh()))).toMatchObject({
      ok: false,
      why: expect.stringContaining('is not the one with the fingerprint') as string,
    });
  });

  it.each<[string, (keys: TestKeys) => string]>([
    ['nobody signed', (keys) => keys.chain[0]!.replace(/[^.]*$/, '')],
    ['another key signed under the name of the root', (keys) => sealKeySet(keys.current, newKey(keys.root.kid))],
    ['a key of another use signed', (keys) => sealKeySet(keys.current, keys.publish)],
    ['has no root key', (keys) => sealKeySet({ ...keys.current, keys: keys.current.keys.slice(1) }, keys.root)],
    [
      'has two keys of one id',
      (keys) => sealKeySet({ ...keys.current, keys: [...keys.current.keys, ...keys.current.keys] }, keys.root),
    ],
    ['is of another type', (keys) => new JwsSigner(keys.root, 'JWT').sign(JSON.stringify(keys.current))],
    ['is no key set', (keys) => new JwsSigner(keys.root, KEY_SET_JWS_TYPE).sign('{"hello":1}')],
    ['is no text of ours', () => 'x'],
  ])('is refused when it %s', async (_what, jws) => {
    expect(await openFirst([jws(fresh())], null)).toMatchObject({ ok: false });
  });

  it('leads from a root key that was told long ago to the newest set', async () => {
    const keys = fresh();
    const told = rootOf(keys);
    const { chain } = replaceRoot(keys);
    const opened = await openFirst(chain, told);
    if (!opened.ok) throw new Error(opened.why);
    expect((await follow(opened, chain, NOW)).newest.set.serial).toBe(keys.current.serial);
  });
});

describe('the next key set', () => {
  it('is believed when a root key that is known signed it', async () => {
    const keys = fresh();
    const known = await first(keys);
    keys.revoke(keys.publish.kid);
    expect(await follow(known, keys.chain, NOW)).toMatchObject({ newest: { set: keys.current }, refused: null });
  });

  it('of a lower or the same serial changes nothing: a revocation is never taken back', async () => {
    const keys = fresh();
    const before = keys.chain[0]!;
    keys.revoke(keys.publish.kid);
    const known = await first(keys);
    expect((await follow(known, [before], NOW)).newest).toEqual(known);
    expect(await openNext(known.set, before, NOW)).toMatchObject({ ok: false });
    const sameSerial: KeySet = { ...known.set, keys: known.set.keys.map((key) => ({ ...key, revokedAt: null })) };
    expect((await follow(known, [sealKeySet(sameSerial, keys.root)], NOW)).newest).toEqual(known);
  });

  it.each<[string, (keys: TestKeys) => { kid: string } & Parameters<typeof sealKeySet>[1]]>([
    ['a stranger', () => newKey('root-9')],
    ['a stranger under the name of the root', (keys) => newKey(keys.root.kid)],
    ['the command key', (keys) => keys.command],
  ])('is refused when %s signed it', async (_what, by) => {
    const keys = fresh();
    const known = await first(keys);
    const next = { ...keys.current, serial: 99 };
    const { newest, refused } = await follow(known, [sealKeySet(next, by(keys))], NOW);
    expect(newest).toEqual(known);
    expect(refused).toBeTruthy();
  });

  it('goes with the root key: whoever missed the change gets there by the set that vouches for it', async () => {
    const keys = fresh();
    const known = await first(keys);
    const { chain, root } = replaceRoot(keys);
    const { newest, refused } = await follow(known, chain, NOW);
    expect([newest.set.serial, refused]).toEqual([keys.current.serial, null]);
    // Without that set nobody vouches for the new root.
    expect((await follow(known, chain.slice(1), NOW)).newest).toEqual(known);
    // Whoever has the new set no longer listens to the old root.
    const late = { ...keys.current, serial: 50 };
    const after = Date.parse(keys.current.keys[0]!.notAfter!) + 10 * 60_000;
    expect(await openNext(newest.set, sealKeySet(late, keys.root), after)).toMatchObject({ ok: false });
    expect(await openNext(newest.set, sealKeySet(late, root), after)).toMatchObject({ ok: true });
  });
});

describe('the key set of a service', () => {
  it('is replaced while the service runs, by one that holds only', async () => {
    const keys = fresh();
    let text = keys.text;
    const ring = new KeyRing(() => text);
    expect((await ring.current()).serial).toBe(1);
    text = 'rubbish';
    expect((await ring.current()).serial).toBe(1);
    keys.revoke(keys.publish.kid);
    text = keys.text;
    expect((await ring.current()).serial).toBe(2);
    expect(await ring.offered()).toEqual(keys.chain);
  });

  it('is an error when there never was one that holds', async () => {
    await expect(new KeyRing(() => '').current()).rejects.toThrow('the key set does not hold');
  });
});
