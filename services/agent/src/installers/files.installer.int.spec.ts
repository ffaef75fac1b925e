import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { benchOf } from '../../spec/bench.js';
import { put, temporary } from '../../spec/packages.js';
import { filesInstaller } from './files.installer.js';

/** A directory of the tree, made. */
function made(root: string, path: string): string {
  mkdirSync(join(root, path));
  return join(root, path);
}

describe('files', () => {
  const place = temporary('files');
  let number = 0;
  afterAll(() => place.dispose());
  const bench = (
    files = [
      { file: 'a', path: '/etc/acme/a.conf', mode: '0640' },
      { file: 'b', path: '/opt/acme/b' },
    ],
    part = {},
  ) =>
    benchOf(
      join(place.path, String(number++)),
      { installer: { type: 'files', files } },
      { a: 'new a', b: 'new b' },
      part,
    );

  it('get their places, rights and contents', async () => {
    const work = bench();
    const { root } = work.paths;
    expect(await filesInstaller.install(work, 1)).toEqual({ kind: 'exited', exitCode: 0 });
    await filesInstaller.settle!(work, true);
    expect(readFileSync(join(root, 'etc/acme/a.conf'), 'utf8')).toBe('new a');
    expect([
      statSync(join(root, 'etc/acme/a.conf')).mode & 0o777,
      statSync(join(root, 'opt/acme/b')).mode & 0o777,
    ]).toEqual([0o640, 0o644]);
    expect(readdirSync(join(root, 'etc/acme'))).toEqual(['a.conf']);
  });

  it('get the owner whom the managed tree knows by that name', async () => {
    const work = bench([{ file: 'a', path: '/opt/a', owner: 'ledger', group: '42' } as never]);
    put(join(work.paths.root, 'etc/passwd'), 'root:x:0:0::/:/bin/sh\nledger:x:4711:4711::/:/bin/sh\n');
    expect(await filesInstaller.install(work, 1)).toMatchObject({ exitCode: 0 });
    expect(statSync(join(work.paths.root, 'opt/a'))).toMatchObject({ uid: 4711, gid: 42 });
  });

  it.each([
    [{ owner: '4711' }, { uid: 4711, gid: 43 }],
    [{ group: '4711' }, { uid: 42, gid: 4711 }],
  ])('keep what is not said of the owner: %j', async (given, expected) => {
    const work = bench([{ file: 'a', path: '/opt/a', ...given }]);
    put(join(work.paths.root, 'opt/a'), 'old');
    chownSync(join(work.paths.root, 'opt/a'), 42, 43);
    expect(await filesInstaller.install(work, 1)).toMatchObject({ exitCode: 0 });
    expect(statSync(join(work.paths.root, 'opt/a'))).toMatchObject(expected);
  });

  it('come back as they were when the new state is not proved', async () => {
    const work = bench();
    const { root } = work.paths;
    put(join(root, 'etc/acme/a.conf'), 'old a');
    await filesInstaller.install(work, 1);
    expect(readFileSync(join(root, 'etc/acme/a.conf'), 'utf8')).toBe('new a');
    await filesInstaller.settle!(work, false);
    await filesInstaller.settle!(work, false);
    expect(readFileSync(join(root, 'etc/acme/a.conf'), 'utf8')).toBe('old a');
    expect(existsSync(join(root, 'opt/acme/b'))).toBe(false);
    expect([...readdirSync(join(root, 'etc/acme')), ...readdirSync(join(root, 'opt/acme'))]).toEqual(['a.conf']);
  });

  it('of others stay, where a user led the agent elsewhere or made a file before it', async () => {
    const work = bench([{ file: 'a', path: '/opt/shared/x/a.conf' }]);
    const shared = join(work.paths.root, 'opt/shared');
    mkdirSync(shared, { recursive: true });
    chmodSync(shared, 0o1777);
    expect(await filesInstaller.install(work, 1)).toMatchObject({ exitCode: 0 });
    rmSync(join(shared, 'x'), { recursive: true });
    put(join(work.paths.root, 'etc/a.conf'), 'of the system');
    symlinkSync('../../etc', join(shared, 'x'));
    lchownSync(join(shared, 'x'), 4711, 4711);
    expect(await filesInstaller.settle!(work, false)).toContain('Left as it is');
    expect(readFileSync(join(work.paths.root, 'etc/a.conf'), 'utf8')).toBe('of the system');

    const other = bench([{ file: 'missing', path: '/opt/b.conf' }]);
    expect(await filesInstaller.install(other, 1)).toMatchObject({ kind: 'broken' });
    put(join(other.paths.root, 'opt/b.conf'), 'made by somebody else');
    await filesInstaller.settle!(other, false);
    expect(readFileSync(join(other.paths.root, 'opt/b.conf'), 'utf8')).toBe('made by somebody else');
  });

  it('are taken away, and come back when they are still wanted', async () => {
    const work = bench();
    const { root } = work.paths;
    put(join(root, 'opt/acme/b'), 'b');
    expect(await filesInstaller.uninstall(work, 1)).toMatchObject({ exitCode: 0 });
    expect(existsSync(join(root, 'opt/acme/b'))).toBe(false);
    await filesInstaller.settle!(work, false);
    expect(readFileSync(join(root, 'opt/acme/b'), 'utf8')).toBe('b');
  });

  it.each([
    ['a directory in its place', (root: string) => put(join(root, 'etc/acme/a.conf/x'), ''), undefined],
    ['a directory that a user could lead elsewhere', (root: string) => chownSync(made(root, 'etc'), 42, 42), undefined],
    ['a link out of the tree', (root: string) => symlinkSync('/tmp', join(root, 'etc')), undefined],
    [
      'an owner nobody knows',
      (root: string) => writeFileSync(join(root, 'x'), ''),
      [{ file: 'a', path: '/opt/a', owner: 'nobody-knows' } as never],
    ],
  ])('are not touched for %s', async (_, prepare, files) => {
    const work = bench(files);
    prepare(work.paths.root);
    expect(await filesInstaller.install(work, 1)).toMatchObject({ kind: 'broken' });
    expect(existsSync(join(work.paths.root, 'opt/acme/b'))).toBe(false);
  });
});
