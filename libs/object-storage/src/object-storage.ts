import type { Readable } from 'node:stream';

export interface StoredObject {
  /** lower-case hex */
  sha256: string;
  /** bytes */
  size: number;
}

export interface PutHashedOptions {
  /** bytes announced by the sender */
  expectedSize?: number;
  /** lower-case hex announced by the sender */
  expectedSha256?: string;
}

export interface ObjectInfo {
  key: string;
  size: number;
  lastModified: Date;
}

/** Where artifacts live. Any S3-compatible store; specs run one contract suite on a real one. */
export interface ObjectStorage {
  /**
   * Streams an object in while hashing it; memory does not grow with its size. Nothing stays behind when it fails.
   * @throws WaybillError `upload.sizeMismatch`, `upload.digestMismatch`, `upload.aborted`, `storage.unavailable`
   */
  putHashed(key: string, content: Readable, options?: PutHashedOptions): Promise<StoredObject>;
  /** @param range first and last byte, both included */
  get(key: string, range?: { from: number; to: number }): Promise<Readable>;
  /** null when there is no such object */
  stat(key: string): Promise<ObjectInfo | null>;
  /** Removing what is not there is no error. */
  remove(key: string): Promise<void>;
  /** URL that reads this one object, with ranges, for `seconds` */
  presignGet(key: string, seconds: number): Promise<string>;
  list(prefix: string): AsyncIterable<ObjectInfo>;
  /** @throws WaybillError `storage.unavailable` */
  check(): Promise<void>;
}
