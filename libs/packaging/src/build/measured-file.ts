import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { StoredArtifact } from '../manifest/manifest-artifacts.js';
import { NoPackageError } from '../lint/lint-directory.js';

/**
 * Reads a file once, whatever its size, and tells what it holds.
 * @param copyTo where what was read is written, too; must not exist
 * @throws NoPackageError when it is no regular file, cannot be read, or the copy cannot be written
 */
export async function measureFile(path: string, copyTo?: string): Promise<StoredArtifact> {
  const hash = createHash('sha256');
  let size = 0;
  const note = (chunk: Buffer) => {
    hash.update(chunk);
    size += chunk.length;
  };
  async function* through(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      note(chunk);
      yield chunk;
    }
  }
  async function only(source: AsyncIterable<Buffer>): Promise<void> {
    for await (const chunk of source) note(chunk);
  }
  try {
    // reading from a pipe or a device might never end
    if (!(await stat(path)).isFile()) throw new NoPackageError(`${path} is not a regular file.`);
    const source = createReadStream(path, { highWaterMark: 1024 * 1024 });
    if (copyTo === undefined) await pipeline(source, only);
    else await pipeline(source, through, createWriteStream(copyTo, { flags: 'wx', mode: 0o644 }));
  } catch (error) {
    if (error instanceof NoPackageError) throw error;
    const { code, path: where = path, syscall } = error as NodeJS.ErrnoException;
    const copying = syscall === 'write' || where === copyTo;
    throw new NoPackageError(
      copying ? `${copyTo} cannot be written (${code}).` : `${path} cannot be read (${code ?? String(error)}).`,
    );
  }
  return { sha256: hash.digest('hex'), size };
}
