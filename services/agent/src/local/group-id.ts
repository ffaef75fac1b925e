import { readFileSync } from 'node:fs';

/** Id of a group of this computer by its name, null when there is none. Groups of directory services are not looked up. */
export function groupId(name: string, file = '/etc/group'): number | null {
  try {
    const line = readFileSync(file, 'utf8')
      .split('\n')
      .find((text) => text.startsWith(`${name}:`));
    const id = Number(line?.split(':')[2] || NaN);
    return Number.isInteger(id) ? id : null;
  } catch {
    return null;
  }
}
