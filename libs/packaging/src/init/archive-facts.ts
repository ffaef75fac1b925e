import { basename } from 'node:path';
import { NoPackageError } from '../lint/lint-directory.js';
import { type ArchivedFile, tarFiles, zipFiles } from './archived-files.js';
import { fileNameFacts } from './file-name-facts.js';
import type { PackageFacts } from './package-facts.js';

/**
 * What the name of a tar or zip and the names inside it tell.
 * @throws NoPackageError when it cannot be read or holds no file
 */
export async function archiveFacts(path: string): Promise<PackageFacts> {
  const files = await (path.endsWith('.zip') ? zipFiles(path) : tarFiles(path)).catch((error: Error) => {
    throw new NoPackageError(`${path} cannot be read as an archive: ${error.message}`);
  });
  if (files.length === 0) throw new NoPackageError(`${path} holds no file.`);
  const file = basename(path);
  return { file, kind: 'archive', ...fileNameFacts(file), ...layout(files) };
}

function layout(files: ArchivedFile[]): Pick<PackageFacts, 'stripComponents' | 'proof'> {
  const split = files.map(({ path, executable }) => ({
    executable,
    parts: path.split('/').filter((part) => part !== '' && part !== '.'),
  }));
  const top = split[0]!.parts[0];
  const strip = split.every(({ parts }) => parts.length > 1 && parts[0] === top) ? 1 : 0;
  const proof = (split.find(({ executable }) => executable) ?? split[0]!).parts.slice(strip);
  return { stripComponents: strip, ...(!proof.includes('..') && { proof: proof.join('/') }) };
}
