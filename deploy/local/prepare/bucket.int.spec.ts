import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { S3ObjectStorage } from '@waybill/object-storage';
import { prepareBucket, REGION, removeBucket, type StorageAccounts } from './bucket.ts';
import { STORAGE_SERVICES, type StorageService } from './storage-rights.ts';

const address = {
  endpoint: process.env['WAYBILL_TEST_S3_ENDPOINT'] ?? '',
  accessKey: process.env['WAYBILL_TEST_S3_ACCESS_KEY'] ?? '',
  secretKey: process.env['WAYBILL_TEST_S3_SECRET_KEY'] ?? '',
  minioAdministrator: true,
};
const MIB = 1024 * 1024;
const DENIED = { code: 'AccessDenied' };

describe('the bucket of an installation', () => {
  const bucket = `spec-${randomBytes(4).toString('hex')}`;
  const account = (service: StorageService) => ({
    accessKey: `${service}-${bucket}`.slice(0, 20),
    secretKey: randomBytes(18).toString('base64url'),
  });
  const wanted: StorageAccounts = {
    gateway: account('gateway'),
    package: account('package'),
    fleet: account('fleet'),
  };
  let as: { [service in StorageService]: S3ObjectStorage };

  beforeAll(async () => {
    await prepareBucket(address, bucket, wanted);
    const accounts = await prepareBucket(address, bucket, wanted);
    const storage = (service: StorageService) =>
      new S3ObjectStorage({ ...accounts[service], endpoint: address.endpoint, bucket, region: REGION });
    as = { gateway: storage('gateway'), package: storage('package'), fleet: storage('fleet') };
  });
  afterAll(() => removeBucket(address, bucket));

  const put = async (url: string, body: string) => {
    const response = await fetch(url, { method: 'PUT', body });
    await response.text();
    return { status: response.status, etag: response.headers.get('etag') ?? '' };
  };

  it("lets the gateway's account write artifacts, small ones and large ones, and neither read nor remove them", async () => {
    const blocks = function* (count: number) {
      for (let block = 0; block < count; block++) yield Buffer.alloc(MIB);
    };
    for (const [key, size] of [
      ['artifacts/small', 1],
      ['artifacts/large', 20],
    ] as const) {
      const expectedSize = size * MIB;
      await as.gateway.putHashed(key, Readable.from(blocks(size), { objectMode: false }), { expectedSize });
      expect(await as.package.stat(key)).toMatchObject({ size: expectedSize });
      const short = as.gateway.putHashed(key, Readable.from(blocks(size), { objectMode: false }), {
        expectedSize: expectedSize + 1,
      });
      await expect(short).rejects.toMatchObject({ code: 'upload.sizeMismatch' });
    }
    await expect(as.gateway.get('artifacts/small')).rejects.toMatchObject(DENIED);
    await expect(as.gateway.remove('artifacts/small')).rejects.toMatchObject(DENIED);
    await expect(as.gateway.check()).rejects.toMatchObject(DENIED);
    expect(await as.package.stat('artifacts/small')).not.toBeNull();
  });

  it("lets the package service's account do all that becomes of an artifact", async () => {
    await as.package.check();
    const [joined, given] = ['artifacts/joined', 'artifacts/given-up'];
    const uploadId = await as.package.beginParts(joined);
    const abandoned = await as.package.beginParts(given);
    // the gateway signs what the package service has begun
    const { status, etag } = await put(await as.gateway.presignPart(joined, uploadId, 1, 60), 'bytes');
    expect([status, await as.package.parts(joined, uploadId)]).toMatchObject([200, [{ number: 1, size: 5 }]]);
    await as.package.joinParts(joined, uploadId, [etag.replaceAll('"', '')]);
    expect(await as.package.digest(joined)).toMatchObject({ size: 5 });
    await as.package.remove(given);
    expect(await as.package.parts(given, abandoned)).toBeNull();
    await as.package.remove(joined);
    expect(await as.package.stat(joined)).toBeNull();
  });

  it("lets fleet's account sign the reading of artifacts, and nothing else", async () => {
    const uploadId = await as.package.beginParts('artifacts/read');
    const { etag } = await put(await as.gateway.presignPart('artifacts/read', uploadId, 1, 60), 'bytes');
    await as.package.joinParts('artifacts/read', uploadId, [etag.replaceAll('"', '')]);
    expect(await (await fetch(await as.fleet.presignGet('artifacts/read', 60))).text()).toBe('bytes');
    expect(await text(await as.fleet.get('artifacts/read', { from: 0, to: 1 }))).toBe('by');
    expect((await put(await as.fleet.presignPart('artifacts/read', 'u', 1, 60), 'x')).status).toBe(403);
    await expect(as.fleet.beginParts('artifacts/x')).rejects.toMatchObject(DENIED);
    await expect(as.fleet.remove('artifacts/read')).rejects.toMatchObject(DENIED);
  });

  it.each(STORAGE_SERVICES)('is, with its artifacts, the only thing that %s can touch', async (service) => {
    const elsewhere = new S3ObjectStorage({
      ...wanted[service],
      endpoint: address.endpoint,
      bucket: `${bucket}-x`,
      region: REGION,
    });
    for (const storage of [as[service], elsewhere]) {
      const key = storage === elsewhere ? 'artifacts/x' : 'others/x';
      await expect(storage.beginParts(key)).rejects.toMatchObject(DENIED);
      expect((await fetch(await storage.presignGet(key, 60))).status).toBe(403);
    }
  });

  it('uses the given account as it is where the store is not our own MinIO', async () => {
    const given = { accessKey: address.accessKey, secretKey: address.secretKey };
    expect(await prepareBucket({ ...address, minioAdministrator: false }, bucket, wanted)).toEqual({
      gateway: given,
      package: given,
      fleet: given,
    });
  });
});
