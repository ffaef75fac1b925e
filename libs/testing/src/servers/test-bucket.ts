import { randomUUID } from 'node:crypto';
import { Client } from 'minio';
import { testServers } from './test-servers.js';

export interface TestBucket {
  bucket: string;
  endpoint: string;
  accessKey: string;
  secretKey: string;
  region: string;
  /** for looking behind the service's back */
  client: Client;
  dispose(): Promise<void>;
}

const REGION = 'us-east-1';

/** An empty bucket for one spec file. */
export async function testBucket(): Promise<TestBucket> {
  const { s3 } = testServers();
  const { hostname, port } = new URL(s3.endpoint);
  const client = new Client({
    endPoint: hostname,
    port: Number(port),
    useSSL: false,
    accessKey: s3.accessKey,
    secretKey: s3.secretKey,
    region: REGION,
  });
  const bucket = `t-${randomUUID()}`;
  await client.makeBucket(bucket, REGION);
  return {
    ...s3,
    bucket,
    region: REGION,
    client,
    dispose: async () => {
      for await (const item of client.listObjectsV2(bucket, '', true) as AsyncIterable<{ name: string }>)
        await client.removeObject(bucket, item.name);
      await client.removeBucket(bucket);
    },
  };
}
