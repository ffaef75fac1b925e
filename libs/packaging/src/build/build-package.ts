import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type Manifest, validateManifest } from '@waybill/contracts';
import { canonicalJson } from '@waybill/trust';
import { NoPackageError } from '../lint/lint-directory.js';
import { expectedArtifacts } from '../manifest/manifest-artifacts.js';
import { type CompletePackage, completePackage } from './complete-package.js';
import { measureFile } from './measured-file.js';

const MANIFEST = 'waybill.json';

/**
 * Makes a directory that holds the manifest as it will be published, byte by byte as it is signed, and the artifacts that were measured.
 * The same files always give the same bytes. What an earlier build left there is replaced in one step; a build that is killed changes nothing.
 * @param output `DIR/build` by default
 * @throws NoPackageError when something cannot be read or written, or the output holds anything else; FaultyPackageError
 */
export async function buildPackage(
  directory: string,
  output = join(directory, 'build'),
): Promise<CompletePackage & { output: string }> {
  const target = resolve(output);
  if (target === resolve(directory)) throw new NoPackageError('The output must be another directory than the package.');
  await demandReplaceable(target);
  const made = join(dirname(target), `.${basename(target)}.${process.pid}.new`);
  try {
    await clearUp(target);
    await mkdir(made, { recursive: true });
    const built = await completePackage(directory, (path, name) => measureFile(path, join(made, name)));
    await writeFile(join(made, MANIFEST), canonicalJson(built.manifest), { mode: 0o644 });
    await replace(target, made);
    return { ...built, output: target };
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (typeof code !== 'string') throw error;
    throw new NoPackageError(`${path ?? target} cannot be written (${code}).`);
  } finally {
    await rm(made, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Nobody's files are removed but those of a build. */
async function demandReplaceable(target: string): Promise<void> {
  const names = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new NoPackageError(`The output ${target} cannot be read (${error.code}); name a directory.`);
  });
  const built = await manifestIn(target);
  const own = built ? [MANIFEST, ...expectedArtifacts(built).map(({ file }) => file)] : [];
  const foreign = names.find((name) => !own.includes(name));
  if (foreign === undefined) return;
  throw new NoPackageError(
    `The output ${target} holds "${foreign}", which no build has made; remove it or name another directory with --output.`,
  );
}

async function manifestIn(target: string): Promise<Manifest | undefined> {
  try {
    const result = validateManifest(JSON.parse(await readFile(join(target, MANIFEST), 'utf8')));
    return result.ok ? result.manifest : undefined;
  } catch {
    return undefined;
  }
}

async function replace(target: string, made: string): Promise<void> {
  const old = join(dirname(target), `.${basename(target)}.${process.pid}.old`);
  await rename(target, old).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rename(made, target);
  await rm(old, { recursive: true, force: true });
}

/** What builds that were killed left behind. */
async function clearUp(target: string): Promise<void> {
  const names = await readdir(dirname(target)).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(`.${basename(target)}.`)) continue;
    const pid = /\.(\d+)\.(new|old)$/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid)))
      await rm(join(dirname(target), name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
