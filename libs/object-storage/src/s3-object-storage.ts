import type { Readable } from 'node:stream';
import type { ByteRange, Expectation, ObjectStorage, StoredObject } from './object-storage.js';
import type { S3Settings } from './s3-settings.js';

const pending = (): never => {
  throw new Error('being written');
};

export class S3ObjectStorage implements ObjectStorage {
  constructor(readonly settings: S3Settings) {}
  async put(_key: string, _source: Readable, _options?: { size?: number }): Promise<{ etag: string; size: number }> {
    return pending();
  }
  async putHashed(
    _key: string,
    _source: Readable,
    _expectation?: Expectation,
  ): Promise<{ sha256: string; size: number }> {
    return pending();
  }
  async get(_key: string, _range?: ByteRange): Promise<Readable> {
    return pending();
  }
  async stat(_key: string): Promise<StoredObject> {
    return pending();
  }
  async remove(_key: string): Promise<void> {
    return pending();
  }
  async presignGet(_key: string, _seconds: number): Promise<string> {
    return pending();
  }
  async *list(_prefix: string): AsyncIterable<StoredObject> {
    yield pending();
  }
  async ping(): Promise<void> {
    return pending();
  }
}
