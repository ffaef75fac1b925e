import { createPrivateKey, createPublicKey } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyPairIn } from '../secret-files.ts';
import { actorKeyFiles, rotateActorKey } from './actor-key.ts';

describe('rotation of the actor key', () => {
  const directory = mkdtempSync(join(tmpdir(), 'waybill-actor-'));
  const files = actorKeyFiles(directory);
  beforeEach(() => keyPairIn(directory, 'actor'));
  afterEach(() =>
    [files.privateKey, files.publicKey, `${files.privateKey}.next`].forEach((file) => rmSync(file, { force: true })),
  );
  afterAll(() => rmSync(directory, { recursive: true }));

  const known = () => readFileSync(files.publicKey, 'utf8').match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g)!;
  const speaking = () =>
    createPublicKey(createPrivateKey(readFileSync(files.privateKey, 'utf8')))
      .export({ type: 'spki', format: 'pem' })
      .toString()
      .trim();

  it('lets the services know the new key before the gateway uses it, and the old one until it no longer does', async () => {
    const before = speaking();
    const seen: { knows: number; speaks: string }[] = [];
    await rotateActorKey(files, async () => void seen.push({ knows: known().length, speaks: speaking() }));
    const after = speaking();
    expect(after).not.toBe(before);
    expect(seen).toEqual([
      { knows: 2, speaks: before },
      { knows: 2, speaks: after },
    ]);
    expect(known()).toEqual([after]);
    for (const file of [files.privateKey, files.publicKey]) expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it.each([1, 2])('goes on where it was cut off, at wait %i', async (cut) => {
    let waits = 0;
    const cutOff = () => (++waits === cut ? Promise.reject(new Error('killed')) : Promise.resolve());
    await expect(rotateActorKey(files, cutOff)).rejects.toThrow('killed');
    // at every moment the services know the key that the gateway speaks with
    expect(known()).toContain(speaking());
    await rotateActorKey(files, () => Promise.resolve());
    expect(known()).toEqual([speaking()]);
    expect(existsSync(`${files.privateKey}.next`)).toBe(false);
  });

  it('says what is missing', async () => {
    rmSync(files.privateKey);
    await expect(rotateActorKey(files)).rejects.toThrow(/no actor key in .*npm start makes one/);
  });
});
