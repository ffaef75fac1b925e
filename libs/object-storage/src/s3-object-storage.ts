import { pipeline, type Readable } from 'node:stream';
import { WaybillError, invalid } from '@waybill/contracts';
import { Client } from 'minio';
import { HashingStream } from './hashing-stream.js';
import type { ObjectInfo, ObjectStorage, PutHashedOptions, StoredObject } from './object-storage.js';

export interface S3Settings {
  /** e.g. `http://127.0.0.1:9000` */
  endpoint: string;
  /** goes into presigned URLs when agents reach the store under another name; default the endpoint */
  publicEndpoint?: string;
  accessKey: string;
  secretKey: string;
  bucket: string;
  region: string;
}

/** Parts are held in memory one at a time: this bounds the memory of an upload. 16 MiB × 10,000 parts allow 156 GiB. */
const PART_SIZE = 16 * 1024 * 1024;
const UNAVAILABLE = ['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT', 'EPIPE', 'EAI_AGAIN', 'SlowDown', 'ServiceUnavailable', 'XMinioServerNotInitialized'];
const MISSING = ['NotFound', 'NoSuchKey'];

/** Any S3-compatible store through the `minio` client. */
export class S3ObjectStorage implements ObjectStorage {
  private readonly client: Client;
  private readonly signer: Client;

  constructor(private readonly settings: S3Settings) {
    this.client = clientOf(settings, settings.endpoint);
    this.signer = clientOf(settings, settings.publicEndpoint ?? settings.endpoint);
  }

  async putHashed(key: string, content: Readable, { expectedSize, expectedSha256 }: PutHashedOptions = {}): Promise<StoredObject> {
    const sizeMismatch = (received: string) =>
      invalid('upload.sizeMismatch', `The upload was announced with ${expectedSize} bytes but ${received}.`);
    const hashing = new HashingStream(expectedSize, () => sizeMismatch('has more'));
    let broken: Error | undefined;
    // pipeline destroys the hashing stream when the sender goes away, which ends putObject.
    pipeline(content, hashing, (error) => {
      if (error) broken = error;
    });
    try {
      await this.client.putObject(this.settings.bucket, key, hashing, expectedSize);
    } catch (error) {
      content.resume();
      await this.removeQuietly(key);
      if (broken instanceof WaybillError) throw broken;
      if (broken && expectedSize !== undefined && hashing.size < expectedSize) throw sizeMismatch(`only ${hashing.size} came`);
      if (broken) throw invalid('upload.aborted', 'The upload ended before it was complete.');
      throw translate(error);
    }
    const stored = { sha256: hashing.sha256, size: hashing.size };
    const problem =
      expectedSize !== undefined && stored.size !== expectedSize
        ? sizeMismatch(`only ${stored.size} came`)
        : expectedSha256 !== undefined && stored.sha256 !== expectedSha256
          ? invalid('upload.digestMismatch', `The bytes have SHA-256 ${stored.sha256}, but ${expectedSha256} was announced.`)
          : null;
    if (problem) {
      await this.removeQuietly(key);
      throw problem;
    }
    return stored;
  }

  async get(key: string, range?: { from: number; to: number }): Promise<Readable> {
    try {
      if (!range) return await this.client.getObject(this.settings.bucket, key);
      return await this.client.getPartialObject(this.settings.bucket, key, range.from, range.to - range.from + 1);
    } catch (error) {
      throw translate(error);
    }
  }

  async stat(key: string): Promise<ObjectInfo | null> {
    try {
      const { size, lastModified } = await this.client.statObject(this.settings.bucket, key);
      return { key, size, lastModified };
    } catch (error) {
      if (MISSING.includes(codeOf(error))) return null;
      throw translate(error);
    }
  }

  async remove(key: string): Promise<void> {
    try {
      await this.client.removeIncompleteUpload(this.settings.bucket, key);
      await this.client.removeObject(this.settings.bucket, key);
    } catch (error) {
      throw translate(error);
    }
  }

  async presignGet(key: string, seconds: number): Promise<string> {
    return this.signer.presignedGetObject(this.settings.bucket, key, seconds);
  }

  async *list(prefix: string): AsyncGenerator<ObjectInfo> {
    const objects = this.client.listObjectsV2(this.settings.bucket, prefix, true) as AsyncIterable<{ name?: string; size: number; lastModified?: Date }>;
    for await (const { name, size, lastModified } of objects) {
      if (name !== undefined) yield { key: name, size, lastModified: lastModified ?? new Date(0) };
    }
  }

  async check(): Promise<void> {
    const exists = await this.client.bucketExists(this.settings.bucket).catch((error: unknown) => {
      throw translate(error);
    });
    if (!exists) throw new WaybillError('unavailable', 'storage.noBucket', `The bucket "${this.settings.bucket}" does not exist.`);
  }

  private async removeQuietly(key: string): Promise<void> {
    // The sweeper of the package service finds what cannot be removed now.
    await this.remove(key).catch(() => undefined);
  }
}

function clientOf({ accessKey, secretKey, region }: S3Settings, endpoint: string): Client {
  const url = new URL(endpoint);
  const useSSL = url.protocol === 'https:';
  const port = url.port === '' ? (useSSL ? 443 : 80) : Number(url.port);
  // A fixed region spares a request per presigned URL.
  return new Client({ endPoint: url.hostname, port, useSSL, accessKey, secretKey, region, pathStyle: true, partSize: PART_SIZE });
}

const codeOf = (error: unknown) => (error as { code?: string } | null)?.code ?? '';

function translate(error: unknown): Error {
  const code = codeOf(error);
  if (MISSING.includes(code)) return new WaybillError('notFound', 'storage.notFound', 'There is no such object.');
  if (UNAVAILABLE.includes(code)) return new WaybillError('unavailable', 'storage.unavailable', 'The object storage does not answer. Try again later.');
  return error instanceof Error ? error : new Error(String(error));
}
