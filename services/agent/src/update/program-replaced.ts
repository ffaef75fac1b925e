import { statSync } from 'node:fs';
import { isSea } from 'node:sea';

/**
 * Whether another program lies where this one came from: a package has brought another version of the agent. Only of the single executable, which is the agent
 * and nothing else; false where it cannot be told (other systems than Linux).
 * @param path of the program; default that of this process
 * @param running the program of this process, wherever its file is now
 */
export function programReplaced(path = process.execPath, running = '/proc/self/exe', single = isSea()): boolean {
  if (!single) return false;
  const [here, own] = [path, running].map((file) => statSync(file, { throwIfNoEntry: false }));
  return here !== undefined && own !== undefined && (here.ino !== own.ino || here.dev !== own.dev);
}
