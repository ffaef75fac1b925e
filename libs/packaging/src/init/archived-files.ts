import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { promisify } from 'node:util';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { extract } from 'tar-stream';
import yauzl, { type Entry, type ZipFile } from 'yauzl';

export interface ArchivedFile {
  path: string;
  executable: boolean;
}

const open = promisify<string, yauzl.Options, ZipFile>(yauzl.open);

/** The regular files in a tar, which may be compressed by gzip or Zstandard. */
export async function tarFiles(path: string): Promise<ArchivedFile[]> {
  const tar = extract();
  const fail = (error: Error | null | undefined) => error && tar.destroy(error);
  const source = createReadStream(path);
  if (path.endsWith('.tar')) pipeline(source, tar, fail);
  else pipeline(source, path.endsWith('.zst') ? createZstdDecompress() : createGunzip(), tar, fail);
  const files: ArchivedFile[] = [];
  for await (const stream of tar) {
    const { name, type, mode } = stream.header;
    if (type === 'file') files.push({ path: name, executable: ((mode ?? 0) & 0o100) !== 0 });
    stream.resume();
  }
  return files;
}

/** The regular files in a zip, by its central directory. */
export async function zipFiles(path: string): Promise<ArchivedFile[]> {
  const zip = await open(path, { lazyEntries: false, strictFileNames: true });
  const files: ArchivedFile[] = [];
  return new Promise((resolve, reject) => {
    zip.on('entry', ({ fileName, externalFileAttributes }: Entry) => {
      if (fileName.endsWith('/')) return;
      files.push({ path: fileName, executable: ((externalFileAttributes >>> 16) & 0o100) !== 0 });
    });
    zip.on('end', () => resolve(files)).on('error', reject);
  });
}
