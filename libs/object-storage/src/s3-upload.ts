import { webcrypto } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Client } from 'minio';
import { withDeadline } from './deadline.js';
import { isHttps, type S3Settings } from './s3-settings.js';

/** Parts on their way at once; the next one is read meanwhile. More gain nothing on one connection's bandwidth and cost memory. */
const IN_FLIGHT = 2;
/** A part that takes longer will not arrive. */
const PART_TIMEOUT_MS = 120_000;

interface UploadedPart {
  part: number;
  etag: string;
}

/**
 * One multipart upload. The object appears at {@link complete}, never before; {@link abort} leaves nothing behind.
 *
 * Not the client's own `putObject`: it sends one part at a time, waits for ever when the source fails, and keeps the parts of a failed
 * upload. Each part is signed with its SHA-256, made off the main thread, and the store refuses a part that does not match.
 */
export class S3Upload {
  private uploadId: string | null = null;
  private readonly parts: UploadedPart[] = [];
  private readonly running = new Set<Promise<void>>();
  private failure: Error | null = null;
  private begun = 0;

  constructor(
    private readonly client: Client,
    private readonly settings: S3Settings,
    private readonly key: string,
  ) {}

  /** Stores a whole object in one request. */
  async single(body: Buffer, sha256: string): Promise<void> {
    await this.put('', body, sha256);
  }

  /**
   * Begins to send a part; waits while too many are on their way.
   * @param sent called when the part's memory may be used again
   * @throws what an earlier part failed with
   */
  async add(body: Buffer, sent: () => void): Promise<void> {
    this.uploadId ??= await this.client.initiateNewMultipartUpload(this.settings.bucket, this.key, {
      'Content-Type': 'application/octet-stream',
    });
    while (this.running.size >= IN_FLIGHT && !this.failure) await Promise.race(this.running);
    if (this.failure) throw this.failure;
    const part = ++this.begun;
    const sending = this.send(part, body)
      .then(sent)
      .catch((error: unknown) => {
        this.failure ??= error instanceof Error ? error : new Error(String(error));
      })
      .finally(() => this.running.delete(sending));
    this.running.add(sending);
  }

  /** Waits for every part; nothing is visible under the key yet. */
  async settle(): Promise<void> {
    await Promise.all(this.running);
    if (this.failure) throw this.failure;
  }

  async complete(): Promise<void> {
    this.parts.sort((a, b) => a.part - b.part);
    await this.client.completeMultipartUpload(this.settings.bucket, this.key, this.uploadId!, this.parts);
    this.uploadId = null;
  }

  /** Never throws: what cannot be removed now, the store's own expiry of incomplete uploads removes. */
  async abort(): Promise<void> {
    // a part that arrives after the abort would stay
    await Promise.all(this.running);
    if (this.uploadId === null) return;
    await this.client.abortMultipartUpload(this.settings.bucket, this.key, this.uploadId).catch(() => undefined);
  }

  private async send(part: number, body: Buffer): Promise<void> {
    const sha256 = Buffer.from(await webcrypto.subtle.digest('SHA-256', body as Buffer<ArrayBuffer>)).toString('hex');
    const { etag = '' } = await this.put(
      `partNumber=${part}&uploadId=${encodeURIComponent(this.uploadId!)}`,
      body,
      sha256,
    );
    this.parts.push({ part, etag: etag.replaceAll('"', '') });
  }

  private async put(query: string, body: Buffer, sha256: string): Promise<IncomingHttpHeaders> {
    const { bucket, endpoint, region } = this.settings;
    const headers = { 'Content-Length': String(body.length), 'Content-Type': 'application/octet-stream' };
    const request = { method: 'PUT', bucketName: bucket, objectName: this.key, query, headers };
    // over TLS the client signs the request only, TLS guards the bytes
    const digest = isHttps(endpoint) ? '' : sha256;
    const response = await withDeadline(
      this.client.makeRequestStreamAsync(request, body, digest, [200], region),
      PART_TIMEOUT_MS,
    );
    response.resume();
    return response.headers;
  }
}
