import { createReadStream } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import type { ArchiveEntry } from './archive-entry.js';
import type { ArchiveReader } from './unpack.js';

const KINDS: Partial<Record<NonNullable<Header['type']>, ArchiveEntry['kind']>> = {
  file: 'file',
  'contiguous-file': 'file',
  directory: 'directory',
  symlink: 'symlink',
  link: 'link',
  'character-device': 'device',
  'block-device': 'device',
  fifo: 'device',
};

/** Reads a tar, compressed by gzip or Zstandard. */
export async function* readTar(path: string, compression: 'gzip' | 'zstd' | 'none'): ArchiveReader {
  const tar = extract();
  const fail = (error: Error | null | undefined) => error && tar.destroy(error);
  const source = createReadStream(path);
  if (compression === 'none') pipeline(source, tar, fail);
  else pipeline(source, compression === 'gzip' ? createGunzip() : createZstdDecompress(), tar, fail);
  for await (const stream of tar) {
    const { name, type, mode, size } = stream.header;
    yield {
      entry: { path: name, kind: KINDS[type ?? 'file'] ?? 'unknown', mode: mode ?? 0o644, size: size ?? 0 },
      content: () => Promise.resolve(Readable.from(stream)),
    };
    stream.resume();
  }
}
