import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { RootedPaths } from '../root/rooted-paths.js';

const run = promisify(execFile);

export interface DpkgPackage {
  name: string;
  version: string;
}

/** A package that dpkg knows; `status` in its words: installed, half-configured, config-files, … */
export interface DpkgState extends DpkgPackage {
  status: string;
}

/**
 * Packages that are completely installed in the tree.
 * @param names only these; default all
 */
export async function installedPackages(paths: RootedPaths, names: readonly string[] = []): Promise<DpkgPackage[]> {
  const states = await packageStates(paths, names);
  return states.flatMap(({ status, name, version }) => (status === 'installed' ? [{ name, version }] : []));
}

/**
 * Packages that dpkg knows in the tree, in whatever state, once per architecture.
 * @throws when dpkg cannot be asked
 */
export async function packageStates(paths: RootedPaths, names: readonly string[] = []): Promise<DpkgState[]> {
  if (!existsSync(join(paths.dpkgAdmin, 'status'))) return [];
  const { file, args } = queryLine(paths, names);
  // Exit code 1 says that a name is unknown; what is known is printed all the same.
  const stdout = await run(file, args, {
    maxBuffer: 64 * 1024 * 1024,
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
  }).then(
    (result) => result.stdout,
    (error: { code?: unknown; stdout?: string }) => {
      if (error.code === 1) return error.stdout ?? '';
      throw error as unknown as Error;
    },
  );
  return parseStatus(stdout);
}

export function queryLine(paths: RootedPaths, names: readonly string[]): { file: string; args: string[] } {
  return {
    file: 'dpkg-query',
    args: [
      `--admindir=${paths.dpkgAdmin}`,
      '--show',
      '--showformat=${db:Status-Status}\\t${Package}\\t${Version}\\n',
      ...(names.length > 0 ? ['--', ...names] : []),
    ],
  };
}

export function parseStatus(output: string): DpkgState[] {
  return output.split('\n').flatMap((line) => {
    const [status, name, version] = line.split('\t');
    return status && name ? [{ status, name, version: version ?? '' }] : [];
  });
}
