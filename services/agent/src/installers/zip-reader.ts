import { promisify } from 'node:util';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import type { ArchiveEntry } from './archive-entry.js';
import { ArchiveRefusedError } from './archive-entry.js';
import type { ArchiveReader } from './unpack.js';

const open = promisify<string, yauzl.Options, ZipFile>(yauzl.open);
const FILE_TYPE = 0o170000;

/** Reads a zip by its central directory; yauzl refuses names and sizes that contradict it. */
export async function* readZip(path: string): ArchiveReader {
  const zip = await open(path, {
    lazyEntries: true,
    autoClose: false,
    strictFileNames: true,
    validateEntrySizes: true,
  }).catch(refused);
  try {
    for (let entry = await next(zip); entry; entry = await next(zip)) {
      const current = entry;
      yield {
        entry: describe(current),
        content: () =>
          promisify(
            zip.openReadStream.bind(zip) as (
              e: Entry,
              done: (error: Error | null, stream: NodeJS.ReadableStream) => void,
            ) => void,
          )(current) as never,
      };
    }
  } finally {
    zip.close();
  }
}

function next(zip: ZipFile): Promise<Entry | null> {
  return new Promise((resolve, reject) => {
    const off = () => zip.off('entry', onEntry).off('end', onEnd).off('error', onError);
    const onEntry = (entry: Entry) => (off(), resolve(entry));
    const onEnd = () => (off(), resolve(null));
    const onError = (error: Error) => (off(), reject(new ArchiveRefusedError(error.message)));
    zip.on('entry', onEntry).on('end', onEnd).on('error', onError);
    zip.readEntry();
  });
}

function describe(entry: Entry): ArchiveEntry {
  const unix = entry.externalFileAttributes >>> 16;
  const directory = entry.fileName.endsWith('/');
  return {
    path: entry.fileName,
    kind: kindOf(unix & FILE_TYPE, directory),
    mode: unix & 0o777 || (directory ? 0o755 : 0o644),
    size: entry.uncompressedSize,
  };
}

function kindOf(type: number, directory: boolean): ArchiveEntry['kind'] {
  if (type === 0o120000) return 'symlink';
  if (type === 0o040000 || (type === 0 && directory)) return 'directory';
  if (type === 0o100000 || type === 0) return 'file';
  return 'device';
}

function refused(error: Error): never {
  throw new ArchiveRefusedError(error.message);
}
