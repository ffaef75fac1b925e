import { randomBytes } from 'node:crypto';
import { Client } from 'minio';
import { prepareBucket, removeBucket } from './bucket.ts';

const address = {
  endpoint: process.env['WAYBILL_TEST_S3_ENDPOINT'] ?? '',
  accessKey: process.env['WAYBILL_TEST_S3_ACCESS_KEY'] ?? '',
  secretKey: process.env['WAYBILL_TEST_S3_SECRET_KEY'] ?? '',
  minioAdministrator: true,
};

describe('the bucket of an installation', () => {
  const bucket = `spec-${randomBytes(4).toString('hex')}`;
  const wanted = { accessKey: bucket.padEnd(16, 'x'), secretKey: randomBytes(18).toString('base64url') };
  let client: Client;

  beforeAll(async () => {
    await prepareBucket(address, bucket, wanted);
    const credentials = await prepareBucket(address, bucket, wanted);
    const { hostname, port } = new URL(address.endpoint);
    client = new Client({ endPoint: hostname, port: Number(port), useSSL: false, region: 'us-east-1', ...credentials });
  });
  afterAll(() => removeBucket(address, bucket));

  it("lets the services' account write, read and remove objects", async () => {
    await client.putObject(bucket, 'artifacts/1', Buffer.from('bytes'));
    expect((await client.statObject(bucket, 'artifacts/1')).size).toBe(5);
    await client.removeObject(bucket, 'artifacts/1');
  });

  it('is the only one that account can touch', async () => {
    await expect(client.makeBucket(`${bucket}-other`, 'us-east-1')).rejects.toThrow(/Access Denied/);
  });

  it('uses the given account as it is where the store is not our own MinIO', async () => {
    const credentials = await prepareBucket({ ...address, minioAdministrator: false }, bucket, wanted);
    expect(credentials).toEqual({ accessKey: address.accessKey, secretKey: address.secretKey });
  });
});
