import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type LintedText, lintText } from './lint-text.js';

/** Names of a manifest. Two of them in one directory are refused: which one counts must not be guessed. */
export const MANIFEST_FILES = ['waybill.yaml', 'waybill.json'];

/** The server reads no longer manifests, in bytes. */
const LONGEST = 1024 * 1024;

/** What cannot be linted at all; its message says what would be right. */
export class NoPackageError extends Error {}

export interface LintedDirectory extends LintedText {
  /** path of the manifest */
  file: string;
  /** names of the files beside it */
  files: string[];
}

/**
 * Lints the manifest of a package directory together with the files beside it.
 * @throws NoPackageError when the directory or its manifest cannot be read
 */
export async function lintDirectory(directory: string): Promise<LintedDirectory> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    throw new NoPackageError(
      `The directory ${directory} cannot be read (${error.code}); name one that holds a waybill.yaml.`,
    );
  });
  // a link to a file is as good as the file
  const names = entries.filter((entry) => entry.isFile() || entry.isSymbolicLink()).map(({ name }) => name);
  const manifests = MANIFEST_FILES.filter((name) => names.includes(name));
  if (manifests.length !== 1) {
    const why = manifests.length > 1 ? 'two manifests; keep one of' : 'no manifest; write';
    throw new NoPackageError(`The directory ${directory} has ${why} ${MANIFEST_FILES.join(' or ')}.`);
  }
  const file = join(directory, manifests[0]!);
  const bytes = await readSmall(file);
  // hidden files are an editor's or a version control's
  const beside = names.filter((name) => !MANIFEST_FILES.includes(name) && !name.startsWith('.'));
  return { file, files: beside, ...lintText(bytes, beside) };
}

async function readSmall(file: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(file);
    if (size <= LONGEST) return await readFile(file);
  } catch (error) {
    throw new NoPackageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
  throw new NoPackageError(`${file} is longer than ${LONGEST} bytes, the most that the server takes.`);
}
