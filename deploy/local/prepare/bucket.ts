import { Client } from 'minio';
import type { S3Address } from '../servers/server-addresses.ts';
import { StackFailure } from '../stack-failure.ts';
import { signatureHeaders } from './aws-signature.ts';
import { sealForMinio } from './minio-sealing.ts';
import { STORAGE_SERVICES, type StorageService, storagePolicy } from './storage-rights.ts';

export const REGION = 'us-east-1';

export interface Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
}

/** Each service's own account. */
export type StorageAccounts = Readonly<{ [service in StorageService]: Credentials }>;

/**
 * Creates the bucket and, on a MinIO of ours, an account for each service that may do what the service does with artifacts and
 * nothing else. On other stores every service gets the given account.
 * @returns the credentials for the services
 */
export async function prepareBucket(s3: S3Address, bucket: string, wanted: StorageAccounts): Promise<StorageAccounts> {
  const administrator = clientFor(s3.endpoint, s3);
  try {
    if (!(await administrator.bucketExists(bucket))) await administrator.makeBucket(bucket, REGION);
  } catch (cause) {
    throw new StackFailure(`The bucket "${bucket}" could not be created at ${s3.endpoint}: ${String(cause)}.`, {
      cause,
    });
  }
  if (!s3.minioAdministrator) {
    const given = { accessKey: s3.accessKey, secretKey: s3.secretKey };
    return { gateway: given, package: given, fleet: given };
  }
  for (const service of STORAGE_SERVICES) {
    if (!(await isAccepted(s3.endpoint, bucket, wanted[service])))
      await addAccount(s3, bucket, service, wanted[service]);
  }
  return wanted;
}

/** Removes the bucket with all it holds. */
export async function removeBucket(s3: S3Address, bucket: string): Promise<void> {
  const client = clientFor(s3.endpoint, s3);
  if (!(await client.bucketExists(bucket))) return;
  const names: string[] = [];
  for await (const object of client.listObjectsV2(bucket, '', true) as AsyncIterable<{ name?: string }>) {
    if (object.name) names.push(object.name);
  }
  await client.removeObjects(bucket, names);
  await client.removeBucket(bucket);
}

function clientFor(endpoint: string, credentials: Credentials): Client {
  const url = new URL(endpoint);
  const useSSL = url.protocol === 'https:';
  const { accessKey, secretKey } = credentials;
  const port = Number(url.port || (useSSL ? 443 : 80));
  return new Client({ endPoint: url.hostname, port, useSSL, accessKey, secretKey, region: REGION });
}

/** Whether the store knows the account; what it may do is another matter. */
async function isAccepted(endpoint: string, bucket: string, credentials: Credentials): Promise<boolean> {
  try {
    await clientFor(endpoint, credentials).getObject(bucket, 'artifacts/none');
    return true;
  } catch (error) {
    return ['NoSuchKey', 'AccessDenied'].includes((error as { code?: string }).code ?? '');
  }
}

/** A service account of MinIO inherits the administrator's rights, cut down to its policy. */
async function addAccount(s3: S3Address, bucket: string, service: StorageService, account: Credentials): Promise<void> {
  const policy = storagePolicy(service, bucket);
  const url = new URL('/minio/admin/v3/add-service-account', s3.endpoint);
  const body = sealForMinio(s3.secretKey, JSON.stringify({ ...account, policy, name: `waybill ${service}` }));
  const headers = signatureHeaders({ ...s3, method: 'PUT', url, body, region: REGION });
  const response = await fetch(url, { method: 'PUT', headers, body: new Uint8Array(body) });
  if (!response.ok) {
    const answer = (await response.text()).slice(0, 300);
    throw new StackFailure(`MinIO refused to create the account of ${service} (${response.status}): ${answer}`);
  }
}
