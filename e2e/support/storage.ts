import { Client } from 'minio';
import type { E2eStack } from './e2e-stack.ts';

/** The stack's object storage, as whoever owns it. */
export function storageOf({ servers, services }: Pick<E2eStack, 'servers' | 'services'>): {
  client: Client;
  bucket: string;
} {
  const { bucket, region } = services.settings.s3;
  const { endpoint, accessKey, secretKey } = servers.addresses.s3;
  const { hostname, port } = new URL(endpoint);
  const client = new Client({ endPoint: hostname, port: Number(port), useSSL: false, accessKey, secretKey, region });
  return { client, bucket };
}
