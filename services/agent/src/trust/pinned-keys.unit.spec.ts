import { newKey, TestKeys } from '@waybill/testing';
import { fingerprint, sealKeySet, toSpki } from '@waybill/trust';
import { MemoryJournal } from '../journal/memory-journal.js';
import { silentLog } from '../log.js';
import { CorrectedClock } from '../time/clock.js';
import { PinnedKeys } from './pinned-keys.js';

const fresh = () => new TestKeys(newKey('session'));
const pins = (journal = new MemoryJournal(), rootFingerprint: string | null = null) =>
  new PinnedKeys({ journal, clock: new CorrectedClock(), log: silentLog, rootFingerprint });
const rootOf = (keys: TestKeys) => fingerprint(toSpki(keys.root.privateKey));

describe('pinned keys', () => {
  it('are none before the first offer, then what was offered, also for the next process', async () => {
    const [keys, journal] = [fresh(), new MemoryJournal()];
    expect(pins(journal).current).toBeNull();
    await pins(journal).offer(keys.chain);
    expect(pins(journal).current).toEqual(keys.current);
  });

  it('are not replaced by another installation’s, whoever answers at the door', async () => {
    const [keys, journal] = [fresh(), new MemoryJournal()];
    const pinned = pins(journal);
    await pinned.offer(keys.chain);
    const attacker = fresh();
    for (let serial = 0; serial < 5; serial++) attacker.change(() => {});
    await pinned.offer(attacker.chain);
    await pinned.offer([sealKeySet({ ...attacker.current, serial: 99 }, { ...attacker.root, kid: keys.root.kid })]);
    expect([pinned.current, pins(journal).current]).toEqual([keys.current, keys.current]);
  });

  it('follow what their root signs, and never go back', async () => {
    const keys = fresh();
    const pinned = pins();
    const seen: number[] = [];
    pinned.onChanged(({ serial }) => seen.push(serial));
    const [first] = [keys.chain];
    await pinned.offer(first);
    keys.revoke(keys.publish.kid);
    await pinned.offer(keys.chain);
    await pinned.offer(first);
    await Promise.all([pinned.offer(keys.chain), pinned.offer(first)]);
    expect(pinned.current).toEqual(keys.current);
    expect(seen).toEqual([2]);
  });

  it('are those of the root that was told over another channel, or none', async () => {
    const [keys, other] = [fresh(), fresh()];
    const pinned = pins(new MemoryJournal(), rootOf(keys));
    await pinned.offer(other.chain);
    expect(pinned.current).toBeNull();
    await pinned.offer(keys.chain);
    expect(pinned.current).toEqual(keys.current);
  });

  it('begin anew when a person names another root', async () => {
    const [keys, other, journal] = [fresh(), fresh(), new MemoryJournal()];
    await pins(journal).offer(keys.chain);
    const anew = pins(journal, rootOf(other));
    expect(anew.current).toBeNull();
    await anew.offer(other.chain);
    expect(pins(journal, rootOf(other)).current).toEqual(other.current);
  });
});
