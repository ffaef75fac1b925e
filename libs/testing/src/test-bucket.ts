import { randomUUID } from 'node:crypto';
import { Client } from 'minio';
import { serverAddress } from './server-address.js';

export interface TestBucket {
  endpoint: string;
  accessKey: string;
  secretKey: string;
  bucket: string;
  region: string;
  dispose(): Promise<void>;
}

const REGION = 'us-east-1';

/** An empty bucket of one's own; the fields are those of `S3Settings`. */
export async function testBucket(): Promise<TestBucket> {
  const endpoint = serverAddress('WAYBILL_TEST_S3_ENDPOINT');
  const accessKey = serverAddress('WAYBILL_TEST_S3_ACCESS_KEY');
  const secretKey = serverAddress('WAYBILL_TEST_S3_SECRET_KEY');
  const { hostname, port, protocol } = new URL(endpoint);
  const useSSL = protocol === 'https:';
  const client = new Client({
    endPoint: hostname,
    port: Number(port || (useSSL ? 443 : 80)),
    useSSL,
    accessKey,
    secretKey,
    region: REGION,
  });
  const bucket = `wbt-${randomUUID()}`;
  await client.makeBucket(bucket, REGION);
  return { endpoint, accessKey, secretKey, bucket, region: REGION, dispose: () => dispose(client, bucket) };
}

async function dispose(client: Client, bucket: string): Promise<void> {
  for await (const { key } of client.listIncompleteUploads(bucket, '', true))
    await client.removeIncompleteUpload(bucket, key);
  const keys: string[] = [];
  for await (const { name } of client.listObjectsV2(bucket, '', true)) if (name) keys.push(name);
  if (keys.length > 0) await client.removeObjects(bucket, keys);
  await client.removeBucket(bucket);
}
