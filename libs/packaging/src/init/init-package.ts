import { readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { MANIFEST_FILES, NoPackageError } from '../lint/lint-directory.js';
import { lintText } from '../lint/lint-text.js';
import { archiveFacts } from './archive-facts.js';
import { debFacts } from './deb-facts.js';
import { manifestDraft } from './manifest-draft.js';
import type { PackageFacts } from './package-facts.js';
import { rpmFacts } from './rpm-facts.js';
import { schemaPlace } from './schema-place.js';

const KNOWN = /\.(deb|rpm|tar|tar\.gz|tgz|tar\.zst|zip)$/;
const KINDS = '.deb, .rpm, .tar, .tar.gz, .tgz, .tar.zst or .zip';

export interface InitOptions {
  /** writes over a manifest */
  force: boolean;
  /** whose JSON Schema editors shall use, e.g. `https://waybill.example` */
  server?: string;
}

/**
 * Writes a first waybill.yaml beside a package file.
 * @param path the file, or a directory that holds exactly one
 * @returns the path of the manifest, and where editors find its JSON Schema, if anywhere
 * @throws NoPackageError when there is no such file, it cannot be read, or there is a manifest already and `force` is not set
 */
export async function initPackage(
  path: string,
  { force, server }: InitOptions,
): Promise<{ manifest: string; schema?: string }> {
  const file = await packageFile(resolve(path));
  const directory = dirname(file);
  const names = await readdir(directory);
  const manifest = join(directory, 'waybill.yaml');
  if (names.includes('waybill.json')) {
    throw new NoPackageError(`${directory} has a waybill.json; a package has one of ${MANIFEST_FILES.join(' or ')}.`);
  }
  if (names.includes('waybill.yaml') && !force) throw exists(manifest);
  const facts = await factsOf(file);
  const schema = schemaPlace(directory, server);
  const text = manifestDraft(facts, schema);
  const error = lintText(Buffer.from(text)).findings.find(({ severity }) => severity === 'error');
  if (error) throw new NoPackageError(`No manifest can be made for ${file}: ${error.pointer} ${error.message}`);
  await write(manifest, text, force);
  return { manifest, ...(schema !== undefined && { schema }) };
}

function factsOf(file: string): Promise<PackageFacts> {
  if (file.endsWith('.deb')) return debFacts(file);
  return file.endsWith('.rpm') ? rpmFacts(file) : archiveFacts(file);
}

async function packageFile(path: string): Promise<string> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new NoPackageError(`${path} cannot be read (${error.code}); name a package file or its directory.`);
  });
  if (!found.isDirectory()) {
    if (KNOWN.test(path)) return path;
    throw new NoPackageError(`${basename(path)} is of no known kind; it must end with ${KINDS}.`);
  }
  const files = (await readdir(path)).filter((name) => KNOWN.test(name) && !name.startsWith('.'));
  if (files.length === 1) return join(path, files[0]!);
  const count = files.length === 0 ? 'no package file' : `${files.length} package files`;
  throw new NoPackageError(`${path} has ${count}; name one that ends with ${KINDS}.`);
}

/** Whole or not at all; without force also when another process writes it meanwhile. */
async function write(manifest: string, text: string, force: boolean): Promise<void> {
  const target = force ? `${manifest}.${process.pid}.new` : manifest;
  try {
    await writeFile(target, text, { flag: 'wx' });
    if (force) await rename(target, manifest);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && !force) throw exists(manifest);
    await rm(target, { force: true });
    throw new NoPackageError(`${manifest} cannot be written (${code}).`);
  }
}

function exists(manifest: string): NoPackageError {
  return new NoPackageError(`${manifest} is there already; --force writes it anew.`);
}
