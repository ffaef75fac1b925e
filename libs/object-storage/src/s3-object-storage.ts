import type { Readable } from 'node:stream';
import { WaybillError, invalid, notFound } from '@waybill/contracts';
import { withDeadline } from './deadline.js';
import { digestOf } from './digest-of.js';
import type {
  DigestOptions,
  ObjectInfo,
  ObjectStorage,
  PutHashedOptions,
  StoredObject,
  UploadedPart,
} from './object-storage.js';
import { MAX_PARTS } from './part-plan.js';
import { PartReader } from './part-reader.js';
import type { S3Client } from './s3-client.js';
import { isMissing, storageUnavailable, translateError } from './s3-errors.js';
import { S3Parts } from './s3-parts.js';
import { clientOf, type S3Settings } from './s3-settings.js';
import { S3Upload } from './s3-upload.js';

const MIB = 1024 * 1024;
/** A sender, or a store, that is silent for longer has gone. */
const SILENCE_MS = 60_000;

/** Any S3-compatible store through the `minio` client. */
export class S3ObjectStorage implements ObjectStorage {
  private readonly client: S3Client;
  private readonly signer: S3Client;
  private readonly multipart: S3Parts;

  constructor(private readonly settings: S3Settings) {
    this.client = clientOf(settings, settings.endpoint);
    this.signer = clientOf(settings, settings.publicEndpoint ?? settings.endpoint);
    this.multipart = new S3Parts(this.client, this.signer, settings);
  }

  async putHashed(key: string, content: Readable, options: PutHashedOptions = {}): Promise<StoredObject> {
    const { expectedSize } = options;
    const partSize = partSizeFor(expectedSize);
    const reader = new PartReader(content, {
      partSize,
      silenceMs: SILENCE_MS,
      ...(expectedSize === undefined ? {} : { expectedSize }),
    });
    const upload = new S3Upload(this.client, this.settings, key);
    try {
      return await transfer(reader, upload, partSize, options);
    } catch (error) {
      reader.drain();
      await upload.abort();
      throw translateError(error);
    }
  }

  async get(key: string, range?: { from: number; to: number }): Promise<Readable> {
    const { bucket } = this.settings;
    return range
      ? this.ask(() => this.client.getPartialObject(bucket, key, range.from, range.to - range.from + 1))
      : this.ask(() => this.client.getObject(bucket, key));
  }

  async stat(key: string): Promise<ObjectInfo | null> {
    try {
      const { size, lastModified } = await this.client.statObject(this.settings.bucket, key);
      return { key, size, lastModified };
    } catch (error) {
      if (isMissing(error)) return null;
      throw translateError(error);
    }
  }

  async digest(key: string, options: DigestOptions = {}): Promise<StoredObject> {
    const info = await withDeadline(this.stat(key), SILENCE_MS);
    if (!info) throw notFound('storage.notFound', 'There is no such object.');
    try {
      const content = await withDeadline(this.get(key), SILENCE_MS);
      const stored = await digestOf(content, { silenceMs: SILENCE_MS, ...options });
      // a connection that ends early says nothing about the object
      if (stored.size !== info.size) throw storageUnavailable();
      return stored;
    } catch (error) {
      options.signal?.throwIfAborted();
      throw translateError(error);
    }
  }

  async remove(key: string): Promise<void> {
    const { bucket } = this.settings;
    await this.ask(() => this.client.removeObject(bucket, key));
    // what an upload left behind whose process died; the client's own removeIncompleteUpload fails when there is none
    for (;;) {
      const uploadId = await this.ask(() => this.client.findUploadId(bucket, key));
      if (uploadId === undefined) return;
      await this.ask(() => this.client.abortMultipartUpload(bucket, key, uploadId));
    }
  }

  async presignGet(key: string, seconds: number): Promise<string> {
    return this.signer.presignedGetObject(this.settings.bucket, key, seconds);
  }

  beginParts(key: string): Promise<string> {
    return this.multipart.begin(key);
  }

  presignPart(key: string, uploadId: string, number: number, seconds: number): Promise<string> {
    return this.multipart.presign(key, uploadId, number, seconds);
  }

  parts(key: string, uploadId: string): Promise<UploadedPart[] | null> {
    return this.multipart.list(key, uploadId);
  }

  joinParts(key: string, uploadId: string, etags: readonly string[]): Promise<void> {
    return this.multipart.join(key, uploadId, etags);
  }

  async *list(prefix: string): AsyncGenerator<ObjectInfo> {
    const objects = this.client.listObjectsV2(this.settings.bucket, prefix, true) as AsyncIterable<{
      name?: string;
      size: number;
      lastModified?: Date;
    }>;
    try {
      for await (const { name, size, lastModified } of objects) {
        if (name !== undefined) yield { key: name, size, lastModified: lastModified ?? new Date(0) };
      }
    } catch (error) {
      throw translateError(error);
    }
  }

  async check(): Promise<void> {
    if (await this.ask(() => this.client.bucketExists(this.settings.bucket))) return;
    throw new WaybillError('unavailable', 'storage.noBucket', `The bucket "${this.settings.bucket}" does not exist.`);
  }

  private async ask<T>(request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      throw translateError(error);
    }
  }
}

/** Reads and sends at the same time; the digest is judged before the object becomes visible. */
async function transfer(
  reader: PartReader,
  upload: S3Upload,
  partSize: number,
  expected: PutHashedOptions,
): Promise<StoredObject> {
  let part = await reader.next();
  if (part.length < partSize) {
    const stored = judge(reader, expected);
    await upload.single(part, stored.sha256);
    return stored;
  }
  while (part.length > 0) {
    const sent = part;
    await upload.add(sent, () => reader.giveBack(sent));
    part = await reader.next();
  }
  const stored = judge(reader, expected);
  await upload.settle();
  await upload.complete();
  return stored;
}

function judge(reader: PartReader, { expectedSize, expectedSha256 }: PutHashedOptions): StoredObject {
  const stored = { sha256: reader.digest(), size: reader.size };
  if (expectedSize !== undefined && stored.size !== expectedSize) {
    throw invalid(
      'upload.sizeMismatch',
      `The upload was announced with ${expectedSize} bytes but only ${stored.size} came.`,
    );
  }
  if (expectedSha256 !== undefined && stored.sha256 !== expectedSha256) {
    throw invalid(
      'upload.digestMismatch',
      `The bytes have SHA-256 ${stored.sha256}, but ${expectedSha256} was announced.`,
    );
  }
  return stored;
}

/** Three parts are held in memory at most. Parts grow only when 10,000 of them would not do; without an announced size 160 GiB are possible. */
function partSizeFor(expectedSize: number | undefined): number {
  if (expectedSize === undefined) return 16 * MIB;
  return Math.max(5, Math.ceil(expectedSize / MAX_PARTS / MIB)) * MIB;
}
