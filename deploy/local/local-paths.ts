import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const repositoryRoot = resolve(import.meta.dirname, '../..');

/** Everything the local stack keeps lies here, so that two checkouts on one machine share nothing. */
export const localDirectory = join(repositoryRoot, '.local');

/** The private Debian tree that carries PostgreSQL and RabbitMQ. */
export const debianRoot = join(localDirectory, 'rootfs');

export const binDirectory = join(localDirectory, 'bin');

const goDirectory = join(localDirectory, 'go');

/** Variables that keep what Go downloads and compiles inside the checkout; removed when the build is done. */
export const goCaches = { GOPATH: goDirectory, GOCACHE: join(goDirectory, 'build'), GOFLAGS: '-modcacherw' };

/**
 * An instance is one set of servers with its own data, keys, ports and logs: `start`, `test`, `demo` … can run side by side.
 * The data of PostgreSQL and RabbitMQ lie inside the Debian tree because both run there by chroot.
 */
export interface InstancePaths {
  readonly name: string;
  readonly directory: string;
  readonly keys: string;
  readonly log: string;
  /** Data directory as the host sees it. */
  readonly data: string;
  /** The same directory as a process inside the Debian tree sees it. */
  readonly dataInside: string;
}

export function instancePaths(name: string): InstancePaths {
  const directory = join(localDirectory, 'instances', name);
  const dataInside = `/srv/waybill/${name}`;
  return {
    name,
    directory,
    keys: join(directory, 'keys'),
    log: name === 'start' ? join(localDirectory, 'log') : join(localDirectory, 'log', name),
    data: join(debianRoot, dataInside),
    dataInside,
  };
}

/** Creates the directories; keys are for the owner's eyes only. */
export function createInstanceDirectories(paths: InstancePaths): void {
  mkdirSync(paths.directory, { recursive: true, mode: 0o700 });
  mkdirSync(paths.keys, { recursive: true, mode: 0o700 });
  mkdirSync(paths.log, { recursive: true });
}
