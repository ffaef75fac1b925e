import { S3Client } from './s3-client.js';

export interface S3Settings {
  /** e.g. `http://127.0.0.1:9000` */
  endpoint: string;
  /** goes into presigned URLs when agents and people reach the store under another name; default the endpoint */
  publicEndpoint?: string;
  accessKey: string;
  secretKey: string;
  bucket: string;
  region: string;
}

export function isHttps(endpoint: string): boolean {
  return new URL(endpoint).protocol === 'https:';
}

/** @param endpoint one of the two of `settings` */
export function clientOf({ accessKey, secretKey, region }: S3Settings, endpoint: string): S3Client {
  const url = new URL(endpoint);
  const useSSL = isHttps(endpoint);
  const port = url.port === '' ? (useSSL ? 443 : 80) : Number(url.port);
  // A fixed region spares a request per presigned URL.
  return new S3Client({ endPoint: url.hostname, port, useSSL, accessKey, secretKey, region, pathStyle: true });
}
