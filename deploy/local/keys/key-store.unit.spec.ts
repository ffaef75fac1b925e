import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeyUse } from '@waybill/contracts/agent';
import {
  chainOf,
  fingerprint,
  follow,
  keyState,
  openFirst,
  type ProvenKeySet,
  readPrivateKey,
  toSpki,
} from '@waybill/trust';
import { KeyStore } from './key-store.ts';

const USES: KeyUse[] = ['root', 'publish', 'command', 'session'];
const DAY_MS = 86_400_000;

describe('the keys of an installation', () => {
  let directory: string;
  let store: KeyStore;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'waybill-keys-'));
    store = new KeyStore(directory);
    await store.ensure('waybill-token-1');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const chain = () => chainOf(readFileSync(store.paths.keySet, 'utf8'));
  const inUse = (use: KeyUse) => toSpki(readPrivateKey(readFileSync(store.paths[use], 'utf8')));
  const keyOf = async (kid: string) => (await store.current()).keys.find((key) => key.kid === kid)!;

  /** What an agent pins at this moment. */
  async function pin(rootFingerprint: string | null = null): Promise<ProvenKeySet> {
    const opened = await openFirst(chain(), rootFingerprint);
    if (!opened.ok) throw new Error(opened.why);
    return opened;
  }
  const serialFor = async (pinned: ProvenKeySet) => (await follow(pinned, chain(), Date.now())).newest.set.serial;

  it('are made once, for their owner alone', async () => {
    const before = await store.current();
    await store.ensure('waybill-token-1');
    expect(await store.current()).toEqual(before);
    expect(before.keys.map(({ kid, use, holder }) => [kid, use, holder])).toEqual([
      ['waybill-root-1', 'root', 'organisation'],
      ['waybill-publish-1', 'publish', 'service'],
      ['waybill-command-1', 'command', 'service'],
      ['waybill-token-1', 'session', 'service'],
    ]);
    for (const file of readdirSync(directory))
      expect([file, statSync(join(directory, file)).mode & 0o777]).toEqual([file, 0o600]);
  });

  it.each(USES)('%s: rotated, the new one is in use, and whoever pinned the old set follows', async (use) => {
    const pinned = await pin();
    const old = inUse(use);
    const added = await store.rotate(use);
    expect([inUse(use), inUse(use) === old]).toEqual([added.publicKey, false]);
    expect(await serialFor(pinned)).toBe((await store.current()).serial);
    const before = (await store.current()).keys.find(({ publicKey }) => publicKey === old)!;
    expect(before.revokedAt).toBeNull();
    if (use === 'publish') expect(before.notAfter).toBeNull();
    else expect(keyState(before, Date.now() + 60 * DAY_MS)).toBe('expired');
    expect(readdirSync(directory).filter((file) => file.endsWith('.next'))).toEqual([]);
  });

  it.each(USES)('%s: a rotation that fails changes nothing in use, and the next one finishes it', async (use) => {
    const pinned = await pin();
    const old = inUse(use);
    const failure = store.rotate(use, () => Promise.reject(new Error('the broker is away')));
    await expect(failure).rejects.toThrow('the broker is away');
    const afterwards = (await store.current()).keys.find(({ publicKey }) => publicKey === old)!;
    expect([inUse(use), afterwards.notAfter]).toEqual([old, null]);
    const added = await store.rotate(use);
    expect([inUse(use), added.kid.endsWith('-2')]).toEqual([added.publicKey, true]);
    expect(await serialFor(pinned)).toBe((await store.current()).serial);
  });

  it('lead from the first root to the newest set, however often the root was replaced', async () => {
    const first = await pin();
    const told = fingerprint(first.set.keys[0]!.publicKey);
    for (let times = 0; times < 3; times++) {
      await store.rotate('root');
      await store.rotate('command');
    }
    const { serial } = await store.current();
    expect([await serialFor(first), await serialFor(await pin(told)), (await pin()).set.serial]).toEqual([
      serial,
      serial,
      serial,
    ]);
    expect(chain().length).toBeLessThanOrEqual(4);
  });

  it('are revoked for good, and one in use is replaced first', async () => {
    await store.revoke('waybill-publish-1');
    expect(keyState(await keyOf('waybill-publish-1'), 0)).toBe('revoked');
    expect((await keyOf('waybill-publish-2')).publicKey).toBe(inUse('publish'));
    await store.revoke('waybill-root-1');
    expect(await openFirst(chain(), null)).toMatchObject({ ok: true });
    await expect(store.revoke('nothing')).rejects.toThrow('There is no key "nothing"');
  });

  it('take a publishing key of the organisation once', async () => {
    const publicKey = toSpki(readPrivateKey(readFileSync(store.paths.command, 'utf8')));
    await expect(store.add('x', publicKey)).rejects.toThrow('already');
    const other = new KeyStore(mkdtempSync(join(directory, 'other-')));
    await other.ensure('waybill-token-1');
    const foreign = (await other.current()).keys.find(({ use }) => use === 'publish')!.publicKey;
    expect(await store.add('acme-release-1', foreign)).toMatchObject({ use: 'publish', holder: 'organisation' });
    expect(await keyOf('acme-release-1')).toMatchObject({ publicKey: foreign });
  });
});
