import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { RootedPaths } from '../root/rooted-paths.js';

const run = promisify(execFile);

/** A package as rpm names it. */
export interface RpmPackage {
  name: string;
  /** `[epoch:]version-release` */
  version: string;
}

/** Without an epoch rpm prints `(none)`. */
const FORMAT = '%{NAME}\\t%{EPOCH}\\t%{VERSION}\\t%{RELEASE}\\n';
/** Where releases of rpm keep what is installed. */
const DATABASES = ['/var/lib/rpm', '/usr/lib/sysimage/rpm'];
/** SQLite, ndb, Berkeley DB. */
const DATABASE_FILES = ['rpmdb.sqlite', 'Packages.db', 'Packages'];
const MAX_OUTPUT = 64 * 1024 * 1024;

/**
 * Packages that are installed in the tree; a kernel is there once per version.
 * @param names only these; default all
 * @throws when rpm cannot be asked
 */
export async function installedRpms(paths: RootedPaths, names: readonly string[] = []): Promise<RpmPackage[]> {
  if (!hasRpmDatabase(paths)) return [];
  const { file, args } = queryLine(paths, names);
  // The exit code counts the names that are unknown; what is known is printed all the same.
  const stdout = await run(file, args, { maxBuffer: MAX_OUTPUT, env: plainEnvironment() }).then(
    (result) => result.stdout,
    (error: { code?: unknown; stdout?: string; stderr?: string }) => {
      if (typeof error.code === 'number' && names.length > 0 && !error.stderr) return error.stdout ?? '';
      throw error as unknown as Error;
    },
  );
  return parsePackages(stdout);
}

/** Name and version inside a .rpm. */
export async function rpmFields(path: string): Promise<{ package: string; version: string }> {
  // no "--": what follows is a path, and ours are absolute
  const { stdout } = await run('rpm', ['--query', '--package', `--queryformat=${FORMAT}`, path], {
    env: plainEnvironment(),
  });
  const [found] = parsePackages(stdout);
  if (!found) throw new Error(`${path} is not an RPM package`);
  return { package: found.name, version: found.version };
}

export function queryLine(paths: RootedPaths, names: readonly string[]): { file: string; args: string[] } {
  const which = names.length > 0 ? ['--', ...names] : ['--all'];
  return { file: 'rpm', args: [...rootOption(paths), '--query', `--queryformat=${FORMAT}`, ...which] };
}

/** Another tree has its database where its own rpm would look, which is not where the rpm of this computer does. */
export function rootOption(paths: RootedPaths): string[] {
  return paths.isSystem ? [] : [`--root=${paths.root}`, `--dbpath=${databaseOf(paths) ?? DATABASES[0]}`];
}

export function hasRpmDatabase(paths: RootedPaths): boolean {
  return databaseOf(paths) !== undefined;
}

/** File that rpm locks while it changes the tree. */
export function rpmLock(paths: RootedPaths): string {
  return join(paths.root, databaseOf(paths) ?? DATABASES[0]!, '.rpm.lock');
}

function databaseOf({ root }: RootedPaths): string | undefined {
  return DATABASES.find((directory) => DATABASE_FILES.some((file) => existsSync(join(root, directory, file))));
}

/** Lines of another form, such as "package acme is not installed", name no package. */
export function parsePackages(output: string): RpmPackage[] {
  return output.split('\n').flatMap((line) => {
    const [name, epoch, version, release] = line.split('\t');
    if (!name || !version || !release) return [];
    return [{ name, version: `${epoch === '(none)' ? '' : `${epoch}:`}${version}-${release}` }];
  });
}

function plainEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C' };
}
