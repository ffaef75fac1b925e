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

/** A part that has arrived of an object that is sent in parts. */
export interface UploadedPart {
  /** 1 … 10,000 */
  number: number;
  /** bytes */
  size: number;
  /** the store's name of these bytes, without quotes */
  etag: string;
}

export interface DigestOptions {
  signal?: AbortSignal;
  /** bytes read so far */
  onRead?: (bytes: number) => void;
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
  /**
   * Reads an object once, whole, as a stream; memory does not grow with its size.
   * @throws WaybillError `storage.notFound`, `storage.unavailable` (also when the store stops in the middle); the signal's reason
   */
  digest(key: string, options?: DigestOptions): Promise<StoredObject>;
  /** Removes the object and what was sent of it in parts. Removing what is not there is no error. */
  remove(key: string): Promise<void>;
  /** URL that reads this one object, with ranges, for `seconds` */
  presignGet(key: string, seconds: number): Promise<string>;
  /**
   * Begins an object that others send in parts (see `planPartSize`); it appears when its parts are joined.
   * @returns the store's id of this upload
   */
  beginParts(key: string): Promise<string>;
  /** URL that writes this one part with `PUT`, for `seconds`; the answer's `ETag` names what was written. */
  presignPart(key: string, uploadId: string, number: number, seconds: number): Promise<string>;
  /** What has arrived, by number; null when the upload was joined or removed, or never begun. */
  parts(key: string, uploadId: string): Promise<UploadedPart[] | null>;
  /**
   * Makes the object of its parts, all at once.
   * @param etags of part 1, part 2 …
   * @throws WaybillError `storage.uploadUnknown` (joined before, or removed), `upload.partMismatch` (nothing has changed)
   */
  joinParts(key: string, uploadId: string, etags: readonly string[]): Promise<void>;
  list(prefix: string): AsyncIterable<ObjectInfo>;
  /** @throws WaybillError `storage.unavailable` */
  check(): Promise<void>;
}
