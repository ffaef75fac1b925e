import { basename } from 'node:path';
import { NoPackageError } from '../lint/lint-directory.js';
import { tarFiles, zipFiles } from './archived-files.js';
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
  return { file, kind: 'archive', ...fileNameFacts(file), stripComponents: leadingDirectories(files) };
}

/** 1 when one directory at the top holds everything. */
function leadingDirectories(files: string[]): 0 | 1 {
  const split = files.map((path) => path.split('/').filter((part) => part !== '' && part !== '.'));
  const top = split[0]![0];
  return split.every((parts) => parts.length > 1 && parts[0] === top) ? 1 : 0;
}
