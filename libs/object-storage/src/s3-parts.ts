import { invalid, notFound, WaybillError } from '@waybill/contracts';
import { withDeadline } from './deadline.js';
import type { UploadedPart } from './object-storage.js';
import type { S3Client } from './s3-client.js';
import { isRefusedPart, isUnknownUpload, translateError } from './s3-errors.js';
import type { S3Settings } from './s3-settings.js';

const REQUEST_MS = 30_000;
/** Stores that copy the parts together take minutes for a large object. */
const JOIN_MS = 15 * 60_000;

/** Multipart uploads whose parts somebody else sends, by presigned URL. */
export class S3Parts {
  /** @param signer a client of the endpoint that the sender sees */
  constructor(
    private readonly client: S3Client,
    private readonly signer: S3Client,
    private readonly settings: S3Settings,
  ) {}

  begin(key: string): Promise<string> {
    const headers = { 'Content-Type': 'application/octet-stream' };
    return this.ask(this.client.initiateNewMultipartUpload(this.settings.bucket, key, headers), REQUEST_MS);
  }

  presign(key: string, uploadId: string, number: number, seconds: number): Promise<string> {
    const query = { partNumber: String(number), uploadId };
    return this.signer.presignedUrl('PUT', this.settings.bucket, key, seconds, query);
  }

  async list(key: string, uploadId: string): Promise<UploadedPart[] | null> {
    try {
      const parts = await this.ask(this.client.partsOf(this.settings.bucket, key, uploadId), REQUEST_MS);
      return parts.map(({ part, size, etag }) => ({ number: part, size, etag }));
    } catch (error) {
      if (error instanceof WaybillError && error.code === 'storage.uploadUnknown') return null;
      throw error;
    }
  }

  async join(key: string, uploadId: string, etags: readonly string[]): Promise<void> {
    const parts = etags.map((etag, index) => ({ part: index + 1, etag }));
    await this.ask(this.client.completeMultipartUpload(this.settings.bucket, key, uploadId, parts), JOIN_MS);
  }

  private async ask<T>(request: Promise<T>, ms: number): Promise<T> {
    try {
      return await withDeadline(request, ms);
    } catch (error) {
      if (isUnknownUpload(error)) {
        throw notFound('storage.uploadUnknown', 'The object storage has no such incomplete upload (any more).');
      }
      if (isRefusedPart(error)) {
        throw invalid(
          'upload.partMismatch',
          'The object storage does not have the parts as they were named; look at the upload, send what differs again.',
        );
      }
      throw translateError(error);
    }
  }
}
