import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianRoot } from '../local-paths.ts';

/**
 * A mount and process-id world of its own with the tree's /proc mounted (RabbitMQ dies at boot without it). Both vanish with
 * the first process in it: nothing stays mounted, and no helper such as epmd stays running, even after a kill -9.
 */
export const debianNamespace: readonly string[] = [
  'unshare',
  '--mount',
  '--pid',
  '--fork',
  '--kill-child',
  `--mount-proc=${join(debianRoot, 'proc')}`,
];

/** The command as that user of the private Debian tree; PostgreSQL and RabbitMQ both refuse to be root. */
export function asDebianUser(user: 'postgres' | 'rabbitmq', command: readonly string[]): string[] {
  return ['chroot', debianRoot, 'setpriv', `--reuid=${user}`, `--regid=${user}`, '--init-groups', ...command];
}

/** Names such as localhost must mean inside the tree what they mean outside. */
export function shareHostNames(): void {
  copyFileSync('/etc/hosts', join(debianRoot, 'etc/hosts'));
}

/** Nothing of the starter's environment is passed on to servers, except what they are told here. */
export const debianEnvironment: NodeJS.ProcessEnv = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C.UTF-8',
};
