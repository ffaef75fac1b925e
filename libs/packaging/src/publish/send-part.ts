import { createReadStream } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { pipeline } from 'node:stream/promises';

/** A stretch of a file. */
export interface Stretch {
  path: string;
  /** bytes */
  from: number;
  size: number;
}

/** A connection over which nothing moves for so long is dead, milliseconds. */
const SILENCE_MS = 60_000;

/**
 * Puts a stretch of a file to a presigned URL; it is never held in memory whole.
 * @param sent is told of each piece, in bytes
 * @returns status, and the `ETag` of what was stored
 * @throws Error when the connection fails or the file has become shorter
 */
export async function sendPart(
  url: string,
  { path, from, size }: Stretch,
  sent: (bytes: number) => void,
): Promise<{ status: number; etag: string }> {
  const request = (url.startsWith('https:') ? tlsRequest : plainRequest)(url, {
    method: 'PUT',
    headers: { 'content-length': size },
    timeout: SILENCE_MS,
  });
  request.on('timeout', () => request.destroy(new Error(`silent for ${SILENCE_MS / 1000} s`)));
  const answered = new Promise<{ status: number; etag: string }>((resolve, reject) => {
    request.on('response', (response) => {
      response.resume();
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, etag: response.headers.etag ?? '' }));
    });
    request.on('error', reject);
    request.on('close', () => reject(new Error('the connection was closed')));
  });
  if (size === 0) request.end();
  // what fails here ends the request, and is told by it
  else pipeline(pieces(path, from, size, sent), request).catch(() => undefined);
  const answer = await answered;
  // storage may answer before it has read everything, e.g. that a URL has expired
  if (!request.writableFinished) request.destroy();
  return answer;
}

async function* pieces(
  path: string,
  from: number,
  size: number,
  sent: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  const source = createReadStream(path, { start: from, end: from + size - 1, highWaterMark: 256 * 1024 });
  let read = 0;
  for await (const piece of source as AsyncIterable<Buffer>) {
    yield piece;
    read += piece.length;
    sent(piece.length);
  }
  if (read !== size) throw new Error(`${path} became shorter while it was sent`);
}
