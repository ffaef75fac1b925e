import { Client } from 'minio';

/** The `minio` client with what it keeps to its subclasses. */
export class S3Client extends Client {
  /** What has been sent of an incomplete upload, in order of the parts' numbers. */
  async partsOf(
    bucket: string,
    key: string,
    uploadId: string,
  ): Promise<{ part: number; etag: string; size: number }[]> {
    return this.listParts(bucket, key, uploadId);
  }
}
