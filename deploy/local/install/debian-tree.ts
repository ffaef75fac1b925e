import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianRoot, localDirectory } from '../local-paths.ts';
import { type Progress, step } from '../progress.ts';
import { outputOf, runCommand } from '../run-command.ts';

/** The release that carries RabbitMQ 4.3 and PostgreSQL 18; Debian 12's own RabbitMQ is out of support. */
const SUITE = 'forky';
const PACKAGES = ['rabbitmq-server', 'postgresql-18', 'ca-certificates'];

/** What must be there for the tree to be usable. */
const PROOF = ['usr/lib/postgresql/18/bin/postgres', 'usr/lib/rabbitmq/bin/rabbitmq-server', 'etc/passwd'];

export interface InstallOptions {
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

export function hasDebianTree(): boolean {
  return PROOF.every((file) => existsSync(join(debianRoot, file)));
}

/** Installs the private Debian tree once; an install that was interrupted is thrown away and made anew. */
export async function ensureDebianTree(options: InstallOptions): Promise<void> {
  if (hasDebianTree()) return;
  const logFile = join(localDirectory, 'log', 'install.log');
  mkdirSync(join(localDirectory, 'log'), { recursive: true });
  await ensureDebootstrap(options, logFile);
  const fresh = `${debianRoot}.new`;
  rmSync(fresh, { recursive: true, force: true });
  rmSync(debianRoot, { recursive: true, force: true });
  const extra = (await outputOf('go', ['version'])) ? [] : ['golang-go'];
  const include = `--include=${[...PACKAGES, ...extra].join(',')}`;
  await step(
    options.progress,
    'Installing PostgreSQL 18 and RabbitMQ 4.3 into .local/rootfs (about a minute, once)',
    () =>
      runCommand(
        'unshare',
        // In a world of its own: its mounts end with it, however it ends.
        [
          '--mount',
          '--pid',
          '--fork',
          '--kill-child',
          '--mount-proc',
          'debootstrap',
          '--variant=minbase',
          include,
          SUITE,
          fresh,
        ],
        {
          env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
          logFile,
          killSignal: 'SIGKILL',
          signal: options.signal,
          failure:
            'PostgreSQL and RabbitMQ could not be installed; check the network to the Debian archive, then start again.',
        },
      ),
  );
  const cache = join(fresh, 'var/cache/apt/archives');
  for (const file of readdirSync(cache)) if (file.endsWith('.deb')) rmSync(join(cache, file));
  // Packages must not start services of their own, should anything be installed later.
  writeFileSync(join(fresh, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  renameSync(fresh, debianRoot);
}

async function ensureDebootstrap(options: InstallOptions, logFile: string): Promise<void> {
  if ((await outputOf('debootstrap', ['--version'])) === undefined) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const failure =
      'debootstrap could not be installed; install it by hand (apt-get install debootstrap), then start again.';
    const command = { env, logFile, failure, signal: options.signal };
    await step(options.progress, 'Installing debootstrap', async () => {
      await runCommand('apt-get', ['-o', 'DPkg::Lock::Timeout=120', 'update'], command);
      const packages = ['debootstrap', 'debian-archive-keyring'];
      const install = ['-o', 'DPkg::Lock::Timeout=120', 'install', '-y', '--no-install-recommends', ...packages];
      await runCommand('apt-get', install, command);
    });
  }
  // Debian 12's debootstrap does not know the suite; every suite of today installs like sid.
  const script = `/usr/share/debootstrap/scripts/${SUITE}`;
  if (!lstatSync(script, { throwIfNoEntry: false })) symlinkSync('sid', script);
}
