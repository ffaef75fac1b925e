import { existsSync, statSync } from 'node:fs';
import { isSea } from 'node:sea';
import { dirname, join } from 'node:path';

/** Beside the program while a new one has not reported in yet: the one before it (ADR 24). */
const UNPROVED = 'previous';

/**
 * Whether another program lies where this one came from, and has reported in: a package has brought another version of the agent. Only of the single executable,
 * which is the agent and nothing else; false where it cannot be told (other systems than Linux).
 * @param path of the program; default that of this process
 * @param running the program of this process, wherever its file is now
 */
export function programReplaced(path = process.execPath, running = '/proc/self/exe', single = isSea()): boolean {
  if (!single || existsSync(join(dirname(path), UNPROVED))) return false;
  const [here, own] = [path, running].map((file) => statSync(file, { throwIfNoEntry: false }));
  return here !== undefined && own !== undefined && (here.ino !== own.ino || here.dev !== own.dev);
}
