import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { eventually } from '@waybill/testing';
import { benchOf } from '../../spec/bench.js';
import { debBytes, temporary } from '../../spec/packages.js';
import { detect } from '../detection/detect.js';
import { RootedPaths } from '../root/rooted-paths.js';
import { debInstaller, dpkgInstall, dpkgRemove } from './deb.installer.js';
import { deviceIn, holderIn, lockHolder } from './file-lock.js';
import { installedPackages, parseStatus, queryLine } from './dpkg-status.js';

const LOCKS = ['lock-frontend', 'lock'];

describe('the command line of dpkg', () => {
  const system = new RootedPaths('/');
  const tree = new RootedPaths('/srv/tree');

  it('installs', () => {
    expect(dpkgInstall(system, ['/a.deb', '/b.deb'], 0)).toEqual({
      file: 'dpkg',
      args: ['--force-confdef', '--force-confold', '--install', '/a.deb', '/b.deb'],
    });
    expect(dpkgInstall(tree, ['/a.deb'], 0).args).toEqual([
      '--root=/srv/tree',
      '--force-confdef',
      '--force-confold',
      '--install',
      '/a.deb',
    ]);
    expect(dpkgInstall(tree, ['/a.deb'], 1000).args).toContain('--force-not-root');
  });

  it('removes', () => expect(dpkgRemove(tree, ['acme'], 0).args).toEqual(['--root=/srv/tree', '--remove', 'acme']));

  it('asks', () => {
    expect(queryLine(tree, ['acme']).args.slice(0, 2)).toEqual(['--admindir=/srv/tree/var/lib/dpkg', '--show']);
    expect(queryLine(tree, ['acme']).args.slice(-2)).toEqual(['--', 'acme']);
    expect(parseStatus('installed\ta\t1\nconfig-files\tb\t2\n\tc\t3\nhalf-installed\td\t\n')).toEqual([
      { status: 'installed', name: 'a', version: '1' },
      { status: 'config-files', name: 'b', version: '2' },
      { status: 'half-installed', name: 'd', version: '' },
    ]);
  });

  it('reads who holds a lock', () => {
    const locks = '1: FLOCK  ADVISORY  WRITE 11 08:01:5 0 EOF\n2: POSIX  ADVISORY  WRITE 4711 fe:00:123456 0 EOF\n';
    const holderOf = (...files: string[]) => holderIn(locks, files);
    expect([holderOf('08:01:7', 'fe:00:123456'), holderOf('fe:00:7')]).toEqual([4711, null]);
    expect(holderIn('', ['fe:00:123456'])).toBeNull();
  });

  it('does not take the same inode number of another file system for the lock', () => {
    const locks = '1: POSIX  ADVISORY  WRITE 4711 fe:00:123456 0 EOF\n';
    expect(holderIn(locks, ['fe:01:123456', '00:1b:123456'])).toBeNull();
  });

  it('does not take those who wait for the lock for its holder', () => {
    const locks = '1: POSIX  ADVISORY  WRITE 11 fe:00:5 0 EOF\n1: -> POSIX  ADVISORY  WRITE 12 fe:00:5 0 EOF\n';
    expect(holderIn(locks, ['fe:00:5'])).toBe(11);
  });

  it('writes the device of a mount as the list of locks does', () => {
    const mounts = '27 1 254:0 / / rw - ext4 /dev/vda rw\n127 27 0:27 / /dev/shm rw - tmpfs tmpfs rw\n';
    expect([deviceIn(mounts, '27'), deviceIn(mounts, '127'), deviceIn(mounts, '7')]).toEqual(['fe:00', '00:1b', null]);
  });
});

describe('dpkg itself, in a tree of its own', () => {
  const place = temporary('dpkg');
  let number = 0;
  afterAll(() => place.dispose());
  const bench = (version = '1') =>
    benchOf(join(place.path, String(number++)), { installer: { type: 'deb' } }, { 'a.deb': debBytes('acme', version) });

  it('installs, is asked, and removes', async () => {
    const work = bench();
    expect(await detect(work)).toMatchObject({ presence: 'absent' });
    expect(await debInstaller.install(work, 30_000)).toEqual({ kind: 'exited', exitCode: 0 });
    expect(await detect(work)).toEqual({ presence: 'present', evidence: 'deb acme 1 is installed' });
    expect(await installedPackages(work.paths)).toEqual([{ name: 'acme', version: '1' }]);
    expect(await debInstaller.uninstall(work, 30_000)).toMatchObject({ exitCode: 0 });
    expect(await detect(work)).toMatchObject({ presence: 'absent' });
    expect(await installedPackages(work.paths)).toEqual([]);
  });

  it('says by its exit code that a file is no package', async () => {
    const work = benchOf(join(place.path, 'broken'), { installer: { type: 'deb' } }, { 'a.deb': 'hello' });
    expect(await debInstaller.install(work, 30_000)).toMatchObject({
      kind: 'exited',
      exitCode: expect.any(Number) as number,
    });
    expect(await installedPackages(work.paths)).toEqual([]);
  });

  it('waits for another dpkg, and not longer than its time', async () => {
    const work = bench();
    await debInstaller.install(work, 30_000);
    // Perl is part of every Debian and can take fcntl locks; it holds this one until its input ends.
    const take =
      'open(F, "+>>", $ARGV[0]) or die; my $lock = pack("ssx4qqlx4", 1, 0, 0, 0, 0); fcntl(F, 6, $lock) or die; <STDIN>';
    const holder = spawn('perl', ['-e', take, join(work.paths.dpkgAdmin, 'lock-frontend')], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    await eventually(async () =>
      expect(await lockHolder(LOCKS.map((name) => join(work.paths.dpkgAdmin, name)))).toBe(holder.pid),
    );
    expect(await debInstaller.install(work, 300)).toEqual({ kind: 'timedOut' });
    const waiting = debInstaller.install(work, 30_000);
    const early = await Promise.race([waiting, new Promise((resolve) => setTimeout(resolve, 1_000, 'still waiting'))]);
    expect(early).toBe('still waiting');
    holder.stdin.end();
    expect(await waiting).toEqual({ kind: 'exited', exitCode: 0 });
  });
});
