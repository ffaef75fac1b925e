import {
  closeSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

/**
 * Adds settings to a configuration file, which is replaced whole: a kill leaves the old one or the new one. A new one is readable by everybody, so no secret may be among them; one that is
 * there keeps its mode: a person may have put one in.
 * @param file its content so far
 * @returns whether it had to be changed
 * @throws the system's error when it cannot be written
 */
export function keepSettings(path: string, file: Record<string, unknown>, given: Record<string, unknown>): boolean {
  const merged = { ...file, ...given };
  if (isDeepStrictEqual(merged, file)) return false;
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  const draft = `${path}.${process.pid}`;
  try {
    const descriptor = openSync(draft, 'w', 0o600);
    try {
      fchmodSync(descriptor, modeOf(path));
      writeSync(descriptor, `${JSON.stringify(merged, null, 2)}\n`);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
  return true;
}

function modeOf(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? 0o644 : found.mode & 0o777;
}
