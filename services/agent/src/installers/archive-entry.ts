/** The archive holds something that may not be unpacked; nothing of it is kept. */
export class ArchiveRefusedError extends Error {
  override readonly name = 'ArchiveRefusedError';
}

export interface ArchiveEntry {
  /** as the archive names it */
  path: string;
  kind: 'file' | 'directory' | 'symlink' | 'link' | 'device' | 'unknown';
  mode: number;
  /** declared bytes */
  size: number;
}

/**
 * Where an entry goes inside the target, null for one that `stripComponents` removes altogether.
 * @throws ArchiveRefusedError for names that leave the directory, links, devices
 */
export function entryTarget({ path, kind }: ArchiveEntry, stripComponents: number): string | null {
  if (kind !== 'file' && kind !== 'directory')
    throw new ArchiveRefusedError(`"${shown(path)}" is a ${kind === 'unknown' ? 'special file' : kind}`);
  if (path.includes('\0') || path.includes('\\')) throw new ArchiveRefusedError(`"${shown(path)}" is no plain path`);
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path))
    throw new ArchiveRefusedError(`"${shown(path)}" is an absolute path`);
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw new ArchiveRefusedError(`"${shown(path)}" leaves its directory`);
  const kept = parts.slice(stripComponents);
  return kept.length > 0 ? kept.join('/') : null;
}

/** Permission bits only: no set-user-id, no sticky bit; readable and writable by the owner. */
export function entryMode({ mode, kind }: ArchiveEntry): number {
  return kind === 'directory' ? (mode & 0o777) | 0o700 : (mode & 0o777) | 0o600;
}

function shown(path: string): string {
  return JSON.stringify(path.slice(0, 200)).slice(1, -1);
}
