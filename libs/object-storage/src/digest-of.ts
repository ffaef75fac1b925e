import { createHash } from 'node:crypto';
import { addAbortSignal, type Readable } from 'node:stream';
import type { StoredObject } from './object-storage.js';
import { storageUnavailable } from './s3-errors.js';

export interface ReadOptions {
  /** a source that is silent for longer has gone; milliseconds */
  silenceMs: number;
  signal?: AbortSignal;
  /** bytes read so far */
  onRead?: (bytes: number) => void;
}

/**
 * Reads a stream to its end while counting and hashing it; memory does not grow with it. The stream is destroyed in any case.
 * @throws WaybillError `storage.unavailable` after silence; what the stream fails with; the signal's reason
 */
export async function digestOf(content: Readable, { silenceMs, signal, onRead }: ReadOptions): Promise<StoredObject> {
  const hash = createHash('sha256');
  let size = 0;
  const silence = setTimeout(() => content.destroy(storageUnavailable()), silenceMs);
  try {
    const source = signal ? addAbortSignal(signal, content) : content;
    for await (const chunk of source as AsyncIterable<Buffer>) {
      silence.refresh();
      hash.update(chunk);
      size += chunk.length;
      onRead?.(size);
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(silence);
    content.destroy();
  }
  return { sha256: hash.digest('hex'), size };
}
