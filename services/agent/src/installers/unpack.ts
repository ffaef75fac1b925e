import { createWriteStream } from 'node:fs';
import { mkdir, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ArchiveEntry, ArchiveRefusedError, entryMode, entryTarget } from './archive-entry.js';
import { MARK_FILE } from './archive-mark.js';

/** Entries of an archive in order; the content of each is read before the next is asked for. */
export type ArchiveReader = AsyncIterable<{ entry: ArchiveEntry; content: () => Promise<Readable> }>;

const MAX_ENTRIES = 1_000_000;
/** Bytes that stay free on the disk whatever an archive holds. */
const RESERVE = 16 * 1024 * 1024;

/**
 * Writes an archive into a new, empty directory. Nothing in it can be a link, so no entry can be written through one.
 * @throws ArchiveRefusedError for a forbidden entry, a name that comes twice, more bytes than declared or than fit
 */
export async function unpack(
  reader: ArchiveReader,
  directory: string,
  stripComponents: number,
): Promise<{ files: number; bytes: number }> {
  const { bavail, bsize } = await statfs(directory);
  let room = bavail * bsize - RESERVE;
  let [files, bytes, entries] = [0, 0, 0];
  for await (const { entry, content } of reader) {
    if (++entries > MAX_ENTRIES) throw new ArchiveRefusedError(`it has more than ${MAX_ENTRIES} entries`);
    const target = entryTarget(entry, stripComponents);
    if (target === null) continue;
    if (target === MARK_FILE) throw new ArchiveRefusedError(`"${MARK_FILE}" is the name of the agent's own mark`);
    room -= entry.size;
    if (room < 0) throw new ArchiveRefusedError(`it declares more bytes than the disk has room for`);
    const path = join(directory, target);
    if (entry.kind === 'directory') {
      await mkdir(path, { recursive: true, mode: entryMode(entry) });
      continue;
    }
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    await writeEntry(await content(), path, entry);
    files++;
    bytes += entry.size;
  }
  return { files, bytes };
}

async function writeEntry(content: Readable, path: string, entry: ArchiveEntry): Promise<void> {
  try {
    await pipeline(
      content,
      limited(entry),
      createWriteStream(path, { flags: 'wx', mode: entryMode(entry), flush: true }),
    );
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || code === 'ENOTDIR' || code === 'EISDIR')
      throw new ArchiveRefusedError(`"${entry.path}" comes twice`);
    throw error;
  }
}

/** Ends in an error when an entry holds more or fewer bytes than it declares. */
function limited({ path, size }: ArchiveEntry): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      done(seen > size ? new ArchiveRefusedError(`"${path}" holds more bytes than it declares`) : null, chunk);
    },
    flush(done) {
      done(seen < size ? new ArchiveRefusedError(`"${path}" holds fewer bytes than it declares`) : null);
    },
  });
}
