import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { testBucket, type TestBucket } from '@waybill/testing';
import { S3ObjectStorage } from './s3-object-storage.js';
import { describeObjectStorage, streamOf } from './specs/object-storage.contract.spec.js';

const MIB = 1024 * 1024;
let bucket: TestBucket;
let storage: S3ObjectStorage;

beforeAll(async () => {
  bucket = await testBucket();
  storage = new S3ObjectStorage(bucket);
});
afterAll(() => bucket.dispose());

describeObjectStorage('S3ObjectStorage on a real store', () => storage);

describe('S3ObjectStorage', () => {
  it('leaves no incomplete upload behind when it refuses', async () => {
    await storage
      .putHashed('left/over', streamOf(randomBytes(20 * MIB)), { expectedSize: 20 * MIB + 1 })
      .catch(() => undefined);
    const incomplete: unknown[] = [];
    for await (const upload of bucket.client.listIncompleteUploads(bucket.bucket, '', true)) incomplete.push(upload);
    expect(incomplete).toEqual([]);
  });

  it('removes what an upload left behind whose process died', async () => {
    await bucket.client.initiateNewMultipartUpload(bucket.bucket, 'dead/process', {});
    await storage.remove('dead/process');
    expect(await bucket.client.findUploadId(bucket.bucket, 'dead/process')).toBeUndefined();
  });

  it('presigns for the endpoint that agents see', async () => {
    const outside = new S3ObjectStorage({ ...bucket, publicEndpoint: 'https://files.example.org' });
    expect(await outside.presignGet('artifacts/x', 900)).toMatch(
      /^https:\/\/files\.example\.org\/.*artifacts\/x\?.*X-Amz-Expires=900/,
    );
    expect(await outside.presignPart('artifacts/x', 'u', 7, 900)).toMatch(
      /^https:\/\/files\.example\.org\/.*artifacts\/x\?partNumber=7&uploadId=u&.*X-Amz-Expires=900/,
    );
  });

  it('says that the store is away, for reads and for uploads, and does not hang', async () => {
    const away = new S3ObjectStorage({ ...bucket, endpoint: `http://127.0.0.1:${await closedPort()}` });
    const unavailable = { kind: 'unavailable', code: 'storage.unavailable' };
    await expect(away.check()).rejects.toMatchObject(unavailable);
    await expect(away.get('x')).rejects.toMatchObject(unavailable);
    await expect(away.digest('x')).rejects.toMatchObject(unavailable);
    await expect(away.beginParts('x')).rejects.toMatchObject(unavailable);
    await expect(away.parts('x', 'u')).rejects.toMatchObject(unavailable);
    await expect(away.joinParts('x', 'u', ['e'])).rejects.toMatchObject(unavailable);
    await expect(away.putHashed('x', streamOf(randomBytes(10)))).rejects.toMatchObject(unavailable);
    await expect(away.putHashed('x', streamOf(randomBytes(40 * MIB)))).rejects.toMatchObject(unavailable);
  });

  it('says which bucket is missing', async () => {
    const elsewhere = new S3ObjectStorage({ ...bucket, bucket: 'no-such-bucket-here' });
    await expect(elsewhere.check()).rejects.toMatchObject({ kind: 'unavailable', code: 'storage.noBucket' });
  });

  it('keeps memory constant while 512 MiB pass, in and out', async () => {
    const chunk = randomBytes(65_536);
    let peak = 0;
    const streamOfSize = (size: number) =>
      Readable.from(
        (function* () {
          for (let sent = 0; sent < size; sent += chunk.length) {
            if (sent % (4 * MIB) === 0) peak = Math.max(peak, process.memoryUsage.rss());
            yield chunk;
          }
        })(),
        { objectMode: false },
      );
    // the first upload brings the part buffers and the code
    await storage.putHashed('warm', streamOfSize(64 * MIB), { expectedSize: 64 * MIB });
    const before = process.memoryUsage.rss();
    peak = 0;
    await storage.putHashed('large', streamOfSize(512 * MIB), { expectedSize: 512 * MIB });
    expect((peak - before) / MIB).toBeLessThan(100);

    const idle = process.memoryUsage.rss();
    let highest = 0;
    const onRead = (read: number) => {
      if (read % MIB < 65_536) highest = Math.max(highest, process.memoryUsage.rss());
    };
    expect(await storage.digest('large', { onRead })).toMatchObject({ size: 512 * MIB });
    expect((highest - idle) / MIB).toBeLessThan(100);
  }, 120_000);
});

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
