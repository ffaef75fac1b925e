import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The tree has no user or group of that name. */
export class UnknownOwnerError extends Error {
  override readonly name = 'UnknownOwnerError';
}

/**
 * Number of a user or group in the managed tree's own `etc/passwd` or `etc/group`.
 * @param name a name, or the number itself
 */
export function ownerId(root: string, kind: 'user' | 'group', name: string): number {
  if (/^\d+$/.test(name)) return Number(name);
  const found = entries(join(root, kind === 'user' ? 'etc/passwd' : 'etc/group')).find(([entry]) => entry === name);
  if (!found) throw new UnknownOwnerError(`there is no ${kind} "${name}"`);
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
