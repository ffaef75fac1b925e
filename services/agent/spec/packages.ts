import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Directory for one spec file, removed by `dispose`. */
export function temporary(name: string): { path: string; dispose(): void } {
  const path = mkdtempSync(join(tmpdir(), `waybill-${name}-`));
  return { path, dispose: () => rmSync(path, { recursive: true, force: true }) };
}

/** Bytes of a real Debian package made by dpkg-deb. */
export function debBytes(
  name = 'acme-ledger',
  version = '2.4.0',
  files: Record<string, string> = { 'opt/acme/ledger': `${name} ${version}\n` },
): Buffer {
  const work = temporary('deb');
  try {
    const tree = join(work.path, 'tree');
    put(
      join(tree, 'DEBIAN/control'),
      `Package: ${name}\nVersion: ${version}\nArchitecture: all\nMaintainer: Spec <spec@example.org>\nDescription: made by a spec\n`,
    );
    for (const [path, content] of Object.entries(files)) put(join(tree, path), content);
    execFileSync('dpkg-deb', ['--root-owner-group', '--build', tree, join(work.path, 'out.deb')], { stdio: 'pipe' });
    return readFileSync(join(work.path, 'out.deb'));
  } finally {
    work.dispose();
  }
}

/** Bytes of a real tar.gz or tar.zst of the files. */
export function tarBytes(files: Record<string, string>, compression: '--gzip' | '--zstd' = '--gzip'): Buffer {
  const work = temporary('tar');
  try {
    const tree = join(work.path, 'tree');
    for (const [path, content] of Object.entries(files)) put(join(tree, path), content);
    execFileSync('tar', ['--create', compression, '--file', join(work.path, 'out'), '--directory', tree, '.'], {
      stdio: 'pipe',
    });
    return readFileSync(join(work.path, 'out'));
  } finally {
    work.dispose();
  }
}

export function put(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
