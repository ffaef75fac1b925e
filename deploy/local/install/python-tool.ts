import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { localDirectory } from '../local-paths.ts';

export interface PythonTool {
  /** of its own environment under `.local` */
  readonly directory: string;
  /** pinned, e.g. `schemathesis==4.32.5` */
  readonly requirement: string;
  /** that it installs */
  readonly program: string;
}

export const SCHEMATHESIS: PythonTool = {
  directory: 'schemathesis',
  requirement: 'schemathesis==4.32.5',
  program: 'schemathesis',
};

export const hasPython = (): boolean => spawnSync('python3', ['--version']).status === 0;

/**
 * Installs a tool from PyPI into a Python environment of its own, once.
 * @returns its program's path
 * @throws Error with what could not be done
 */
export function ensurePythonTool({ directory, requirement, program }: PythonTool): string {
  const environment = join(localDirectory, directory);
  const path = join(environment, 'bin', program);
  if (existsSync(path)) return path;
  if (spawnSync('python3', ['-m', 'venv', environment]).status !== 0) {
    // Debian keeps venv in a package of its own.
    run('apt-get', ['install', '--yes', '--quiet', '--no-install-recommends', 'python3-venv']);
    run('python3', ['-m', 'venv', environment]);
  }
  run(join(environment, 'bin/python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', requirement]);
  return path;
}

function run(program: string, args: string[]): void {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status === 0) return;
  throw new Error(`${program} ${args.join(' ')} failed: ${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`);
}
