import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Check, failed, ok } from '../check.js';

const MIB = 1024 * 1024;
/** Journal, logs and a small package find room. What a package needs beyond this its own requirements say. */
export const LEAST_FREE_MIB = 100;

/** Free space, free file entries, and whether it may be written at all. */
export function diskCheck(state: string, root: string): Check {
  return {
    name: 'disk',
    run() {
      const places = [
        { what: 'state directory', path: state, variable: 'WAYBILL_AGENT_STATE' },
        { what: 'install root', path: root, variable: 'WAYBILL_AGENT_ROOT' },
      ];
      for (const place of places) {
        const wrong = wrongWith(place);
        if (wrong) return wrong;
      }
      return ok(
        places.map(({ what, path }) => `${what} ${path}: ${freeMib(existing(path))} MiB free`).join('; ') + '.',
      );
    },
  };
}

function wrongWith({ what, path, variable }: { what: string; path: string; variable: string }) {
  const place = existing(path);
  try {
    const { files, ffree } = statfsSync(place);
    const free = freeMib(place);
    if (free < LEAST_FREE_MIB)
      return failed(`The ${what} ${path} has ${free} MiB left.`, `Make room: ${LEAST_FREE_MIB} MiB are the least.`);
    // Some file systems (btrfs) count no entries: they say 0 of 0.
    if (files > 0 && ffree === 0)
      return failed(`The file system of the ${what} ${path} has no free file entries (inodes).`, 'Remove small files.');
    accessSync(place, constants.W_OK);
    return null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const readOnly = code === 'EROFS' ? 'it is mounted read-only' : code;
    const advice = `Run this as root; else mount it for writing, or name another by ${variable}.`;
    return failed(`The ${what} ${path} cannot be written: ${readOnly}.`, advice);
  }
}

/** Before the first start the directory is not there, but its disk is. */
function existing(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : existing(dirname(path));
}

function freeMib(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return Math.floor((bavail * bsize) / MIB);
}
