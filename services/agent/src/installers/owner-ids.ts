import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Number of a user or group in the managed tree's own `etc/passwd` or `etc/group`.
 * @param name a name, or the number itself
 * @throws when the tree has no such user or group
 */
export function ownerId(root: string, kind: 'user' | 'group', name: string): number {
  if (/^\d+$/.test(name)) return Number(name);
  const found = entries(join(root, kind === 'user' ? 'etc/passwd' : 'etc/group')).find(([entry]) => entry === name);
  if (!found) throw new Error(`there is no ${kind} "${name}"`);
  return Number(found[2]);
}

function entries(path: string): string[][] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .map((line) => line.split(':'));
  } catch {
    return [];
  }
}
