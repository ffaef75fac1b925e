import { Client } from 'minio';
import type { S3Address } from '../servers/server-addresses.ts';
import { StackFailure } from '../stack-failure.ts';
import { signatureHeaders } from './aws-signature.ts';
import { sealForMinio } from './minio-sealing.ts';

export const REGION = 'us-east-1';

export interface Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
}

/**
 * Creates the bucket and, on a MinIO of ours, an account that may do nothing but read and write objects in it.
 * @returns the credentials for the services
 */
export async function prepareBucket(s3: S3Address, bucket: string, wanted: Credentials): Promise<Credentials> {
  const administrator = clientFor(s3.endpoint, s3);
  try {
    if (!(await administrator.bucketExists(bucket))) await administrator.makeBucket(bucket, REGION);
  } catch (cause) {
    throw new StackFailure(`The bucket "${bucket}" could not be created at ${s3.endpoint}: ${String(cause)}.`, {
      cause,
    });
  }
  if (!s3.minioAdministrator) return { accessKey: s3.accessKey, secretKey: s3.secretKey };
  if (!(await isAccepted(s3.endpoint, bucket, wanted))) await addServiceAccount(s3, bucket, wanted);
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

async function isAccepted(endpoint: string, bucket: string, credentials: Credentials): Promise<boolean> {
  try {
    return await clientFor(endpoint, credentials).bucketExists(bucket);
  } catch {
    return false;
  }
}

/** A service account inherits the administrator's rights, cut down to this policy. */
async function addServiceAccount(s3: S3Address, bucket: string, account: Credentials): Promise<void> {
  const policy = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
        Resource: [`arn:aws:s3:::${bucket}`],
      },
      {
        Effect: 'Allow',
        Action: [
          's3:GetObject',
          's3:PutObject',
          's3:DeleteObject',
          's3:AbortMultipartUpload',
          's3:ListMultipartUploadParts',
        ],
        Resource: [`arn:aws:s3:::${bucket}/*`],
      },
    ],
  };
  const url = new URL('/minio/admin/v3/add-service-account', s3.endpoint);
  const body = sealForMinio(s3.secretKey, JSON.stringify({ ...account, policy, name: 'waybill services' }));
  const headers = signatureHeaders({ ...s3, method: 'PUT', url, body, region: REGION });
  const response = await fetch(url, { method: 'PUT', headers, body: new Uint8Array(body) });
  if (!response.ok) {
    const answer = (await response.text()).slice(0, 300);
    throw new StackFailure(`MinIO refused to create the services' account (${response.status}): ${answer}`);
  }
}
