import { createHash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';

/** Passes bytes on while counting and hashing them; stops as soon as there are more than announced. */
export class HashingStream extends Transform {
  private readonly hash = createHash('sha256');
  private digest: string | undefined;
  private bytes = 0;

  /** @param limit bytes; one more is an error */
  constructor(
    private readonly limit: number | undefined,
    private readonly tooMany: () => Error,
  ) {
    super({ highWaterMark: 1024 * 1024 });
  }

  get size(): number {
    return this.bytes;
  }

  /** lower-case hex; once, after the stream has ended */
  get sha256(): string {
    return (this.digest ??= this.hash.digest('hex'));
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.bytes += chunk.length;
    if (this.limit !== undefined && this.bytes > this.limit) return done(this.tooMany());
    this.hash.update(chunk);
    done(null, chunk);
  }
}
