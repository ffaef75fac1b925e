import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandLine } from '../process/run-process.js';

/** Minutes between the order to restart and the restart, in which programs may end and terminals are warned by the system itself. */
const GRACE_MINUTES = 1;
const TIMEOUT_MS = 30_000;
const WORDS = 'Waybill restarts this computer to complete an installation.';

/** Restarts the computer. */
export interface Restarter {
  /** Resolves when the system has taken the order. @throws when it has not */
  restart(): Promise<void>;
}

/** For simulated computers, and agents that manage another tree than that of the computer they run on. */
export class NoRestarter implements Restarter {
  restart(): Promise<void> {
    return Promise.reject(new Error('this agent does not restart the computer that it runs on'));
  }
}

/** {@link Restarter} by the system's own program. */
export class SystemRestarter implements Restarter {
  /** @param program another program that is given the same arguments; undefined: the system's */
  constructor(private readonly program?: string) {}

  restart(): Promise<void> {
    const { file, args } = restartLine(process.platform, this.program);
    return new Promise((resolve, reject) => {
      execFile(file, args, { cwd: '/', timeout: TIMEOUT_MS }, (error) =>
        error ? reject(new Error(error.message, { cause: error })) : resolve(),
      );
    });
  }
}

/** The command line, by platform: an absolute path, since a PATH may lead anywhere. */
export function restartLine(platform: NodeJS.Platform, program?: string): CommandLine {
  if (platform === 'win32') {
    const file = program ?? join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'shutdown.exe');
    return { file, args: ['/r', '/t', String(GRACE_MINUTES * 60), '/c', WORDS] };
  }
  const found = ['/sbin/shutdown', '/usr/sbin/shutdown'].find((path) => existsSync(path));
  return { file: program ?? found ?? '/sbin/shutdown', args: ['-r', `+${GRACE_MINUTES}`, WORDS] };
}
