import { open, stat, type FileHandle } from 'node:fs/promises';
import { type HttpConnections, httpRequest } from '../http/http-request.js';
import { retryAfterMs } from '../retry/retry-after.js';
import { DownloadError, TransientDownloadError, UnwritableError } from './download-error.js';
import type { RunningDigest } from './running-digest.js';
import type { Throttle } from './throttle.js';

const IDLE_MS = 60_000;

export interface RangeDownload {
  url: string;
  /** file that is appended to */
  path: string;
  /** declared size in bytes: nothing beyond it is written */
  size: number;
  throttle: Throttle;
  signal: AbortSignal;
  connections: HttpConnections;
  onBytes?: (bytesDone: number) => void;
  /** told of every byte that is on its way to the file */
  digest?: RunningDigest;
}

/**
 * One request for what is missing of a file.
 * @returns bytes on disk afterwards
 * @throws DownloadError when the server's file cannot be the declared one; TransientDownloadError when it is worth another try
 */
export async function downloadRange(download: RangeDownload): Promise<number> {
  const { url, path, size, signal, connections } = download;
  const offset = await sizeOf(path);
  const headers = { range: `bytes=${offset}-` };
  const answer = await httpRequest(url, { headers, signal, idleMs: IDLE_MS, connections }).catch((error: unknown) => {
    throw signal.aborted ? error : new TransientDownloadError((error as Error).message);
  });
  const status = answer.statusCode ?? 0;
  try {
    checkStatus(status, offset, retryAfterMs(answer.headers['retry-after'], Date.now()));
    checkSize(status, answer.headers, size);
    const file = await open(path, status === 206 ? 'a' : 'w', 0o600);
    try {
      return await write(answer, file, status === 206 ? offset : 0, download);
    } finally {
      await file.sync();
      await file.close();
    }
  } catch (error) {
    answer.destroy();
    throw signal.aborted || error instanceof DownloadError || error instanceof TransientDownloadError
      ? error
      : classified(error);
  }
}

async function write(
  body: AsyncIterable<Buffer>,
  file: FileHandle,
  start: number,
  { size, throttle, signal, onBytes, digest }: RangeDownload,
): Promise<number> {
  let done = start;
  for await (const chunk of body) {
    if (done + chunk.length > size)
      throw new DownloadError('download.size', `The server sends more than the declared ${size} bytes.`);
    await file.write(chunk);
    digest?.wrote(done, chunk);
    done += chunk.length;
    onBytes?.(done);
    await throttle.take(chunk.length, signal);
  }
  return done;
}

function checkStatus(status: number, offset: number, retryAfter: number | undefined): void {
  if (status === 200 || status === 206) return;
  if (status === 416) throw new DownloadError('download.size', `The server has no more than ${offset} bytes.`);
  if (status === 408 || status === 429 || status >= 500) throw new TransientDownloadError(`HTTP ${status}`, retryAfter);
  // 401, 403: the presigned address has run out. 404 with a fresh address is for good; the caller counts.
  throw new RefusedDownloadError(status);
}

/** The storage refused the address. */
export class RefusedDownloadError extends TransientDownloadError {
  constructor(readonly status: number) {
    super(`HTTP ${status}`);
  }
}

function checkSize(status: number, headers: Record<string, string | string[] | undefined>, size: number): void {
  const total =
    status === 206 ? /\/(\d+)$/.exec(String(headers['content-range'] ?? ''))?.[1] : headers['content-length'];
  if (total !== undefined && Number(total) !== size)
    throw new DownloadError('download.size', `The server's file has ${String(total)} bytes, ${size} were declared.`);
}

function classified(error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  // A full or broken disk is not the network's fault and does not heal by asking again.
  const local = code !== undefined && ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EACCES'].includes(code);
  return local ? new UnwritableError(message) : new TransientDownloadError(message);
}

/** Bytes of a file, 0 when there is none. */
export async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
