import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { ObjectStorage } from '../object-storage.js';
import { describeParts } from './parts.contract.spec.js';

const MIB = 1024 * 1024;
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** A stream in the chunks of a socket. */
export function streamOf(bytes: Buffer, chunkSize = 65_536): Readable {
  function* chunks() {
    for (let at = 0; at < bytes.length; at += chunkSize) yield bytes.subarray(at, at + chunkSize);
  }
  return Readable.from(chunks(), { objectMode: false });
}

/** What every {@link ObjectStorage} must do; run it on each implementation. */
export function describeObjectStorage(name: string, storage: () => ObjectStorage): void {
  describe(`${name} keeps the contract of object storage`, () => {
    const aKey = () => `artifacts/${randomUUID()}`;

    it.each([
      ['nothing at all', 0],
      ['a few bytes', 5],
      ['exactly one part', 8 * MIB],
      ['many parts and a rest', 35 * MIB + 17],
    ])('stores %s and says size and digest', async (_what, size) => {
      const key = aKey();
      const bytes = randomBytes(size);
      const stored = await storage().putHashed(key, streamOf(bytes), {
        expectedSize: size,
        expectedSha256: sha256(bytes),
      });
      expect(stored).toEqual({ sha256: sha256(bytes), size });
      expect(await storage().stat(key)).toMatchObject({ key, size });
      expect((await buffer(await storage().get(key))).equals(bytes)).toBe(true);
    });

    it.each([100, 33 * MIB + 1])('stores a stream of %i bytes whose size nobody announced', async (size) => {
      const key = aKey();
      const bytes = randomBytes(size);
      expect(await storage().putHashed(key, streamOf(bytes))).toEqual({ sha256: sha256(bytes), size });
      expect((await buffer(await storage().get(key))).equals(bytes)).toBe(true);
    });

    it.each([
      ['small', 1000],
      ['of many parts', 20 * MIB],
    ])('refuses an upload %s that is shorter or longer than announced and leaves nothing', async (_what, size) => {
      const key = aKey();
      for (const expectedSize of [size - 1, size + 1]) {
        await expect(storage().putHashed(key, streamOf(randomBytes(size)), { expectedSize })).rejects.toMatchObject({
          kind: 'invalid',
          code: 'upload.sizeMismatch',
        });
      }
      expect(await storage().stat(key)).toBeNull();
    });

    it.each([
      ['small', 1000],
      ['of many parts', 20 * MIB],
    ])('refuses an upload %s with another digest and leaves nothing', async (_what, size) => {
      const key = aKey();
      const options = { expectedSize: size, expectedSha256: '0'.repeat(64) };
      await expect(storage().putHashed(key, streamOf(randomBytes(size)), options)).rejects.toMatchObject({
        kind: 'invalid',
        code: 'upload.digestMismatch',
      });
      expect(await storage().stat(key)).toBeNull();
    });

    it('a failed upload keeps what was stored under the key before', async () => {
      const key = aKey();
      await storage().putHashed(key, streamOf(Buffer.from('first')));
      await expect(
        storage().putHashed(key, streamOf(Buffer.from('second')), { expectedSize: 5 }),
      ).rejects.toMatchObject({
        code: 'upload.sizeMismatch',
      });
      expect((await buffer(await storage().get(key))).toString()).toBe('first');
    });

    it.each([
      ['in the first part', 1 * MIB],
      ['after several parts', 30 * MIB],
    ])('a sender that fails %s ends the upload and leaves nothing', async (_what, sent) => {
      const key = aKey();
      const content = Readable.from(
        (function* () {
          for (let at = 0; at < sent; at += MIB) yield Buffer.alloc(MIB);
          throw new Error('connection lost');
        })(),
        { objectMode: false },
      );
      await expect(storage().putHashed(key, content, { expectedSize: 100 * MIB })).rejects.toMatchObject({
        kind: 'invalid',
        code: 'upload.aborted',
      });
      expect(await storage().stat(key)).toBeNull();
    });

    it('does not destroy the source when it refuses: a request must still be answered', async () => {
      const content = streamOf(randomBytes(20 * MIB));
      let ended = false;
      content.on('end', () => (ended = true));
      await expect(storage().putHashed(aKey(), content, { expectedSize: 9 * MIB })).rejects.toMatchObject({
        code: 'upload.sizeMismatch',
      });
      await new Promise((resolve) => (ended ? resolve(null) : content.on('end', resolve)));
      expect(content.errored).toBeNull();
    });

    it('reads ranges with both ends included', async () => {
      const key = aKey();
      await storage().putHashed(key, streamOf(Buffer.from('0123456789')));
      expect((await buffer(await storage().get(key, { from: 2, to: 4 }))).toString()).toBe('234');
    });

    it('says that an object is missing', async () => {
      await expect(storage().get(aKey())).rejects.toMatchObject({ kind: 'notFound', code: 'storage.notFound' });
      expect(await storage().stat(aKey())).toBeNull();
      await expect(storage().remove(aKey())).resolves.toBeUndefined();
    });

    it('removes and lists by prefix', async () => {
      const prefix = `list/${randomUUID()}/`;
      for (const name of ['a', 'b', 'c']) await storage().putHashed(prefix + name, streamOf(Buffer.from(name)));
      await storage().remove(`${prefix}b`);
      const keys: string[] = [];
      for await (const { key } of storage().list(prefix)) keys.push(key);
      expect(keys.sort()).toEqual([`${prefix}a`, `${prefix}c`]);
    });

    it('gives URLs that read one object, with ranges, without credentials', async () => {
      const key = aKey();
      await storage().putHashed(key, streamOf(Buffer.from('0123456789')));
      const url = await storage().presignGet(key, 60);
      expect(await (await fetch(url)).text()).toBe('0123456789');
      const part = await fetch(url, { headers: { range: 'bytes=5-' } });
      expect([part.status, await part.text()]).toEqual([206, '56789']);
      expect((await fetch(url, { method: 'DELETE' })).status).toBe(403);
      expect((await fetch(url.replace(key, `${key}x`))).status).toBe(403);
    });

    describeParts(storage);

    it('is well', async () => {
      await expect(storage().check()).resolves.toBeUndefined();
    });
  });
}
