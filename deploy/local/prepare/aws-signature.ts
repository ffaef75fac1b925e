import { createHash, createHmac } from 'node:crypto';

export interface SignedRequest {
  readonly method: string;
  readonly url: URL;
  readonly body: Buffer;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly region: string;
}

/** Headers of AWS Signature Version 4 for service `s3`, for a URL without query. */
export function signatureHeaders(request: SignedRequest, now = new Date()): { [header: string]: string } {
  const time = now.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const day = time.slice(0, 8);
  const bodyHash = sha256(request.body);
  const scope = `${day}/${request.region}/s3/aws4_request`;
  const signed = 'host;x-amz-content-sha256;x-amz-date';
  const canonical = [
    request.method,
    request.url.pathname,
    '',
    `host:${request.url.host}`,
    `x-amz-content-sha256:${bodyHash}`,
    `x-amz-date:${time}`,
    '',
    signed,
    bodyHash,
  ].join('\n');
  const text = ['AWS4-HMAC-SHA256', time, scope, sha256(Buffer.from(canonical))].join('\n');
  const dayKey = hmac(Buffer.from(`AWS4${request.secretKey}`), day);
  const key = hmac(hmac(hmac(dayKey, request.region), 's3'), 'aws4_request');
  const signature = hmac(key, text).toString('hex');
  return {
    'x-amz-content-sha256': bodyHash,
    'x-amz-date': time,
    authorization: `AWS4-HMAC-SHA256 Credential=${request.accessKey}/${scope}, SignedHeaders=${signed}, Signature=${signature}`,
  };
}

function sha256(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
