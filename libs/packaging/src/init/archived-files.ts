import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { promisify } from 'node:util';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { extract } from 'tar-stream';
import yauzl, { type Entry, type ZipFile } from 'yauzl';

const open = promisify<string, yauzl.Options, ZipFile>(yauzl.open);

/** Names of the regular files in a tar, which may be compressed by gzip or Zstandard. */
export async function tarFiles(path: string): Promise<string[]> {
  const tar = extract();
  const fail = (error: Error | null | undefined) => error && tar.destroy(error);
  const source = createReadStream(path);
  if (path.endsWith('.tar')) pipeline(source, tar, fail);
  else pipeline(source, path.endsWith('.zst') ? createZstdDecompress() : createGunzip(), tar, fail);
  const files: string[] = [];
  for await (const stream of tar) {
    const { name, type } = stream.header;
    if (type === 'file') files.push(name);
    stream.resume();
  }
  return files;
}

/** Names of the files in a zip, by its central directory. */
export async function zipFiles(path: string): Promise<string[]> {
  const zip = await open(path, { lazyEntries: false, strictFileNames: true });
  const files: string[] = [];
  return new Promise((resolve, reject) => {
    zip.on('entry', ({ fileName }: Entry) => {
      if (!fileName.endsWith('/')) files.push(fileName);
    });
    zip.on('end', () => resolve(files)).on('error', reject);
  });
}
