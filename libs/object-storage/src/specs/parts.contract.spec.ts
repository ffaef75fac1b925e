import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { ObjectStorage } from '../object-storage.js';

const MIB = 1024 * 1024;
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** What every {@link ObjectStorage} must do with objects that others send in parts. Run by `describeObjectStorage`. */
export function describeParts(storage: () => ObjectStorage): void {
  describe('an object sent in parts', () => {
    const keys: string[] = [];
    afterEach(async () => {
      for (const key of keys.splice(0)) await storage().remove(key);
    });

    /** As a client does it: over HTTP, knowing nothing but the URL. @returns the part's etag */
    async function send(key: string, uploadId: string, number: number, bytes: Buffer): Promise<string> {
      const url = await storage().presignPart(key, uploadId, number, 60);
      const response = await fetch(url, { method: 'PUT', body: new Uint8Array(bytes) });
      expect([response.status, await response.text()]).toEqual([200, '']);
      return response.headers.get('etag')!.replaceAll('"', '');
    }

    async function begun(): Promise<{ key: string; uploadId: string }> {
      const key = `artifacts/${randomUUID()}`;
      keys.push(key);
      return { key, uploadId: await storage().beginParts(key) };
    }

    it('appears when its parts are joined, in the order of their numbers', async () => {
      const { key, uploadId } = await begun();
      const [one, two] = [randomBytes(5 * MIB), randomBytes(17)];
      const second = await send(key, uploadId, 2, two);
      const first = await send(key, uploadId, 1, one);
      expect(await storage().stat(key)).toBeNull();
      expect(await storage().parts(key, uploadId)).toEqual([
        { number: 1, size: 5 * MIB, etag: first },
        { number: 2, size: 17, etag: second },
      ]);
      await storage().joinParts(key, uploadId, [first, second]);
      const whole = Buffer.concat([one, two]);
      expect((await buffer(await storage().get(key))).equals(whole)).toBe(true);
      expect(await storage().digest(key)).toEqual({ sha256: sha256(whole), size: whole.length });
    });

    it('may be empty', async () => {
      const { key, uploadId } = await begun();
      await storage().joinParts(key, uploadId, [await send(key, uploadId, 1, Buffer.alloc(0))]);
      expect(await storage().digest(key)).toEqual({ sha256: sha256(Buffer.alloc(0)), size: 0 });
    });

    it('has the newest bytes of a part that was sent twice', async () => {
      const { key, uploadId } = await begun();
      const old = await send(key, uploadId, 1, Buffer.from('old'));
      const etag = await send(key, uploadId, 1, Buffer.from('new'));
      expect(await storage().parts(key, uploadId)).toEqual([{ number: 1, size: 3, etag }]);
      await expect(storage().joinParts(key, uploadId, [old])).rejects.toMatchObject({
        kind: 'invalid',
        code: 'upload.partMismatch',
      });
      await storage().joinParts(key, uploadId, [etag]);
      expect((await buffer(await storage().get(key))).toString()).toBe('new');
    });

    it('is not joined of parts that are missing, other ones or too small, and keeps what was sent', async () => {
      const { key, uploadId } = await begun();
      const etags = [
        await send(key, uploadId, 1, Buffer.from('small')),
        await send(key, uploadId, 2, Buffer.from('x')),
      ];
      for (const wrong of [[...etags, etags[0]!], [etags[1]!, etags[0]!], etags]) {
        await expect(storage().joinParts(key, uploadId, wrong)).rejects.toMatchObject({ code: 'upload.partMismatch' });
      }
      expect(await storage().stat(key)).toBeNull();
      expect(await storage().parts(key, uploadId)).toHaveLength(2);
    });

    it('is joined once; afterwards and after its removal nobody knows the upload', async () => {
      const unknown = { kind: 'notFound', code: 'storage.uploadUnknown' };
      const [joined, removed] = [await begun(), await begun()];
      const etag = await send(joined.key, joined.uploadId, 1, Buffer.from('x'));
      await send(removed.key, removed.uploadId, 1, Buffer.from('x'));
      await storage().joinParts(joined.key, joined.uploadId, [etag]);
      await storage().remove(removed.key);
      for (const { key, uploadId } of [joined, removed]) {
        expect(await storage().parts(key, uploadId)).toBeNull();
        await expect(storage().joinParts(key, uploadId, [etag])).rejects.toMatchObject(unknown);
        const late = await storage().presignPart(key, uploadId, 1, 60);
        expect((await fetch(late, { method: 'PUT', body: 'late' })).status).toBe(404);
      }
      expect((await buffer(await storage().get(joined.key))).toString()).toBe('x');
      expect(await storage().stat(removed.key)).toBeNull();
    });

    it('is not mistaken for another under the same key', async () => {
      const { key, uploadId } = await begun();
      const other = await storage().beginParts(key);
      const etag = await send(key, uploadId, 1, Buffer.from('mine'));
      expect(await storage().parts(key, other)).toEqual([]);
      await storage().joinParts(key, uploadId, [etag]);
      await storage().remove(key);
      expect(await storage().parts(key, other)).toBeNull();
    });

    it('gives URLs that write one part of one upload, and nothing else', async () => {
      const { key, uploadId } = await begun();
      const url = await storage().presignPart(key, uploadId, 3, 60);
      const refused = async (method: string, address: string) => {
        const response = await fetch(address, { method, ...(method === 'PUT' ? { body: 'x' } : {}) });
        await response.text();
        return response.status;
      };
      expect(await refused('PUT', url.replace('partNumber=3', 'partNumber=4'))).toBe(403);
      expect(await refused('PUT', url.replace(key, `${key}x`))).toBe(403);
      expect(await refused('PUT', url.replace(/uploadId=[^&]+&?/, ''))).toBe(403);
      for (const method of ['GET', 'DELETE', 'POST']) expect(await refused(method, url)).toBe(403);
      expect(await storage().parts(key, uploadId)).toEqual([]);
    });

    it('is listed whole, however many its parts', async () => {
      const { key, uploadId } = await begun();
      const numbers = Array.from({ length: 1_001 }, (_, index) => index + 1);
      const senders = Array.from({ length: 8 }, async () => {
        for (let number = numbers.pop(); number !== undefined; number = numbers.pop()) {
          await send(key, uploadId, number, Buffer.from('x'));
        }
      });
      await Promise.all(senders);
      const parts = await storage().parts(key, uploadId);
      expect(parts!.map(({ number }) => number)).toEqual(Array.from({ length: 1_001 }, (_, index) => index + 1));
    }, 120_000);
  });

  describe('the digest of an object', () => {
    it('says how far it is, and stops when it is told to', async () => {
      const key = `artifacts/${randomUUID()}`;
      const bytes = randomBytes(8 * MIB);
      await storage().putHashed(key, Readable.from([bytes]));
      const seen: number[] = [];
      expect(await storage().digest(key, { onRead: (read) => seen.push(read) })).toEqual({
        sha256: sha256(bytes),
        size: bytes.length,
      });
      expect(seen.at(-1)).toBe(bytes.length);
      expect(seen.length).toBeGreaterThan(2);
      const stop = new AbortController();
      const reason = new Error('enough');
      const stopped = storage().digest(key, { signal: stop.signal, onRead: () => stop.abort(reason) });
      await expect(stopped).rejects.toBe(reason);
    });

    it('of what is not there is an error', async () => {
      await expect(storage().digest(`artifacts/${randomUUID()}`)).rejects.toMatchObject({
        kind: 'notFound',
        code: 'storage.notFound',
      });
    });
  });
}
