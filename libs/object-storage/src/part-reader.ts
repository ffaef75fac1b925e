import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { invalid } from '@waybill/contracts';

export interface PartReaderOptions {
  /** bytes of every part but the last */
  partSize: number;
  /** bytes announced by the sender; one more ends the reading */
  expectedSize?: number;
  /** a sender that is silent for longer has gone; milliseconds */
  silenceMs: number;
}

/**
 * Cuts a stream into parts while counting and hashing it. Buffers are used again once given back, so memory does not grow with the stream.
 * The stream is never destroyed: it may be an HTTP request that is still to be answered.
 */
export class PartReader {
  private readonly source: AsyncIterator<Buffer>;
  private readonly hash = createHash('sha256');
  private readonly free: Buffer[] = [];
  private rest: Buffer | null = null;
  private bytes = 0;

  constructor(
    private readonly content: Readable,
    private readonly options: PartReaderOptions,
  ) {
    this.source = content.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  }

  /** bytes so far */
  get size(): number {
    return this.bytes;
  }

  /** lower-case hex of everything read; once, at the end */
  digest(): string {
    return this.hash.digest('hex');
  }

  /**
   * The next part, empty at the end of the stream; only the last one is shorter than the others.
   * @throws WaybillError `upload.sizeMismatch`, `upload.aborted`
   */
  async next(): Promise<Buffer> {
    const { partSize } = this.options;
    const buffer = this.free.pop() ?? Buffer.allocUnsafeSlow(partSize);
    let filled = 0;
    while (filled < partSize) {
      const chunk = this.rest ?? (await this.chunk());
      if (chunk === null) break;
      const taken = chunk.copy(buffer, filled);
      filled += taken;
      this.rest = taken < chunk.length ? chunk.subarray(taken) : null;
    }
    return buffer.subarray(0, filled);
  }

  /** The part's bytes have been sent: its memory may hold the next one. */
  giveBack(part: Buffer): void {
    if (part.buffer.byteLength === this.options.partSize) this.free.push(Buffer.from(part.buffer));
  }

  /** Lets what is still coming run into nothing. */
  drain(): void {
    this.content.on('error', () => undefined);
    // while the iterator listens, resume() would not let anything flow
    void Promise.resolve(this.source.return?.()).finally(() => this.content.resume());
  }

  private async chunk(): Promise<Buffer | null> {
    const { expectedSize } = this.options;
    const next = await this.read();
    if (next.done) return null;
    this.bytes += next.value.length;
    if (expectedSize !== undefined && this.bytes > expectedSize) {
      throw invalid('upload.sizeMismatch', `The upload was announced with ${expectedSize} bytes but has more.`);
    }
    this.hash.update(next.value);
    return next.value;
  }

  private async read(): Promise<IteratorResult<Buffer>> {
    const { expectedSize, silenceMs } = this.options;
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('silent')), silenceMs);
    });
    try {
      return await Promise.race([this.source.next(), silence]);
    } catch {
      const announced = expectedSize === undefined ? '' : ` of ${expectedSize}`;
      throw invalid(
        'upload.aborted',
        `The upload ended after ${this.bytes}${announced} bytes, before it was complete.`,
      );
    } finally {
      clearTimeout(timer);
    }
  }
}
