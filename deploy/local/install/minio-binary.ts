import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { binDirectory, debianRoot, goCaches, localDirectory } from '../local-paths.ts';
import { step } from '../progress.ts';
import { outputOf, runCommand } from '../run-command.ts';
import { StackFailure } from '../stack-failure.ts';
import type { InstallOptions } from './debian-tree.ts';

/** MinIO is published as source only; this is its last release as a Go module. */
const MODULE = 'github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c';
const OLDEST_GO = [1, 24] as const;

const BUILT = join(binDirectory, 'minio');

/** Path of a MinIO server that is there: the one built before, or one on the PATH. */
export function findMinio(): string | undefined {
  const installed = (process.env['PATH'] ?? '').split(delimiter).map((directory) => join(directory, 'minio'));
  return [BUILT, ...installed].find((file) => existsSync(file));
}

/** Path of a MinIO server: one that is there, or one built now. */
export async function ensureMinio(options: InstallOptions): Promise<string> {
  const found = findMinio();
  if (found) return found;
  const logFile = join(localDirectory, 'log', 'install.log');
  mkdirSync(join(localDirectory, 'log'), { recursive: true });
  const compiler = await findCompiler(options, logFile);
  const target = `${binDirectory}.new`;
  rmSync(target, { recursive: true, force: true });
  mkdirSync(binDirectory, { recursive: true });
  await step(options.progress, 'Building MinIO into .local/bin (about three minutes, once)', () =>
    runCommand(compiler.go, ['install', MODULE], {
      cwd: localDirectory,
      env: { ...process.env, ...goCaches, GOBIN: target, CGO_ENABLED: '0', ...compiler.env },
      logFile,
      killSignal: 'SIGKILL',
      signal: options.signal,
      failure: 'MinIO could not be built; check the network to the Go module proxy, then start again.',
    }),
  );
  renameSync(join(target, 'minio'), BUILT);
  rmSync(target, { recursive: true });
  rmSync(goCaches.GOPATH, { recursive: true, force: true });
  return BUILT;
}

interface Compiler {
  readonly go: string;
  readonly env: NodeJS.ProcessEnv;
}

/** The host's Go if it is new enough, else the one of the private Debian tree, run from outside it. */
async function findCompiler(options: InstallOptions, logFile: string): Promise<Compiler> {
  const version = /go(\d+)\.(\d+)/.exec((await outputOf('go', ['version'])) ?? '');
  if (version && isNewEnough(Number(version[1]), Number(version[2]))) return { go: 'go', env: {} };
  const root = privateGoRoot() ?? (await installPrivateGo(options, logFile));
  return { go: join(root, 'bin/go'), env: { GOROOT: root, GOTOOLCHAIN: 'local' } };
}

/** @returns whether this compiler can build {@link MODULE} */
export function isNewEnough(major: number, minor: number): boolean {
  return major > OLDEST_GO[0] || (major === OLDEST_GO[0] && minor >= OLDEST_GO[1]);
}

function privateGoRoot(): string | undefined {
  const libraries = join(debianRoot, 'usr/lib');
  const name = existsSync(libraries) ? readdirSync(libraries).find((entry) => /^go-\d/.test(entry)) : undefined;
  return name && join(libraries, name);
}

/** For a tree that was installed while the host still had a Go of its own. */
async function installPrivateGo(options: InstallOptions, logFile: string): Promise<string> {
  const failure =
    'Go could not be installed into .local/rootfs; install Go 1.24 or newer on this machine, then start again.';
  const inside = (script: string): Promise<void> =>
    runCommand(
      'unshare',
      [
        '--mount',
        '--pid',
        '--fork',
        '--kill-child',
        `--mount-proc=${debianRoot}/proc`,
        'chroot',
        debianRoot,
        'sh',
        '-c',
        script,
      ],
      {
        env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', DEBIAN_FRONTEND: 'noninteractive', LANG: 'C.UTF-8' },
        logFile,
        killSignal: 'SIGKILL',
        signal: options.signal,
        failure,
      },
    );
  await step(options.progress, 'Installing a Go compiler into .local/rootfs', () =>
    inside('apt-get update && apt-get install -y --no-install-recommends golang-go'),
  );
  const root = privateGoRoot();
  if (!root) throw new StackFailure(failure, { logFile });
  return root;
}
