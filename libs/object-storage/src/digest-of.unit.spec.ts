import { Readable } from 'node:stream';
import { digestOf } from './digest-of.js';

describe('the digest of a stream', () => {
  it('counts and hashes', async () => {
    expect(await digestOf(Readable.from([Buffer.from('a'), Buffer.from('bc')]), { silenceMs: 60_000 })).toEqual({
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      size: 3,
    });
  });

  it('gives up a source that has fallen silent, and lets go of it', async () => {
    const silent = new Readable({ read: () => undefined });
    silent.push('abc');
    await expect(digestOf(silent, { silenceMs: 50 })).rejects.toMatchObject({ code: 'storage.unavailable' });
    expect(silent.destroyed).toBe(true);
  });

  it('is none of a source that breaks', async () => {
    const broken = Readable.from(
      (function* () {
        yield Buffer.from('abc');
        throw new Error('cut');
      })(),
    );
    await expect(digestOf(broken, { silenceMs: 60_000 })).rejects.toThrow('cut');
  });
});
