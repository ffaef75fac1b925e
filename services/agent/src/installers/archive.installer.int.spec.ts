import { chownSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { pack, type Header } from 'tar-stream';
import { benchOf } from '../../spec/bench.js';
import { put, tarBytes, temporary } from '../../spec/packages.js';
import { zipBytes } from '../../spec/zip.js';
import { detect } from '../detection/detect.js';
import { archiveInstaller } from './archive.installer.js';

const INSTALLER = { type: 'archive' as const, directory: '/opt/acme' };

async function tar(...entries: [Partial<Header> & { name: string }, string?][]): Promise<Buffer> {
  const stream = pack();
  for (const [header, content] of entries) stream.entry(header, content ?? '');
  stream.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Overwrites the size field of the first header and its checksum. */
function declaring(archive: Buffer, size: number): Buffer {
  archive.write(size.toString(8).padStart(11, '0') + ' ', 124, 'latin1');
  archive.fill(' ', 148, 156);
  const sum = archive.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  archive.write(sum.toString(8).padStart(6, '0') + '\0 ', 148, 'latin1');
  return archive;
}

describe('an archive', () => {
  const place = temporary('archive');
  let number = 0;
  afterAll(() => place.dispose());
  const directory = () => join(place.path, String(number++));

  it.each<[string, Buffer]>([
    ['a.tar.gz', tarBytes({ 'bin/run': 'v1', note: 'n' })],
    ['a.tar.zst', tarBytes({ 'bin/run': 'v1', note: 'n' }, '--zstd')],
    [
      'a.zip',
      zipBytes([
        { name: 'bin/run', content: 'v1' },
        { name: 'note', content: 'n' },
      ]),
    ],
  ])('%s is unpacked, proved, replaced and taken away', async (file, bytes) => {
    const home = directory();
    const first = benchOf(home, { installer: INSTALLER }, { [file]: bytes });
    const root = first.paths.root;
    expect(await archiveInstaller.install(first, 1)).toEqual({ kind: 'exited', exitCode: 0 });
    expect(await detect(first)).toMatchObject({ presence: 'present' });
    await archiveInstaller.settle!(first, true);
    expect(readFileSync(join(root, 'opt/acme/bin/run'), 'utf8')).toBe('v1');

    const second = benchOf(home, { installer: INSTALLER }, { 'b.tar.gz': tarBytes({ run: 'v2' }) });
    await archiveInstaller.install(second, 1);
    expect([await detect(second), await detect(first)]).toMatchObject([
      { presence: 'present' },
      { presence: 'unknown' },
    ]);
    expect(await archiveInstaller.settle!(second, false)).toContain('put back: acme-ledger 2.4.0');
    expect(readFileSync(join(root, 'opt/acme/bin/run'), 'utf8')).toBe('v1');

    expect(await archiveInstaller.uninstall(first, 1)).toMatchObject({ exitCode: 0 });
    await archiveInstaller.settle!(first, true);
    expect(readdirSync(join(root, 'opt'))).toEqual([]);
  });

  it('loses leading directories, set-user-id and sticky bits when it is unpacked', async () => {
    const bytes = gzipSync(
      await tar([{ name: 'top/tool', mode: 0o6755 }, 'x'], [{ name: 'top', type: 'directory', mode: 0o777 }]),
    );
    const bench = benchOf(directory(), { installer: { ...INSTALLER, stripComponents: 1 } }, { 'a.tgz': bytes });
    expect(await archiveInstaller.install(bench, 1)).toMatchObject({ exitCode: 0 });
    expect(statSync(join(bench.paths.root, 'opt/acme/tool')).mode & 0o7777).toBe(0o755);
    expect(statSync(join(bench.paths.root, 'opt/acme')).mode & 0o7777).toBe(0o755);
  });

  it.each<[string, () => Promise<Buffer>]>([
    ['a parent directory', () => tar([{ name: '../evil' }, 'x'])],
    ['a parent directory in the middle', () => tar([{ name: 'a/../../evil' }, 'x'])],
    ['an absolute path', () => tar([{ name: '/evil' }, 'x'])],
    ['a symbolic link', () => tar([{ name: 'link', type: 'symlink', linkname: '/etc' }], [{ name: 'link/evil' }, 'x'])],
    ['a hard link', () => tar([{ name: 'link', type: 'link', linkname: '/etc/passwd' }])],
    ['a device', () => tar([{ name: 'device', type: 'character-device', devmajor: 1, devminor: 3 }])],
    ['a pipe', () => tar([{ name: 'pipe', type: 'fifo' }])],
    ['a backslash', () => tar([{ name: 'a\\..\\evil' }, 'x'])],
    ['the same file twice', () => tar([{ name: 'a' }, 'x'], [{ name: 'a' }, 'y'])],
    ['a file where a directory is', () => tar([{ name: 'a/b' }, 'x'], [{ name: 'a' }, 'y'])],
    ["the agent's own mark", () => tar([{ name: '.waybill.json' }, '{}'])],
    ['more bytes than any disk has', async () => declaring(await tar([{ name: 'bomb' }, 'x']), 2 ** 33 - 1 - 2 ** 20)],
  ])('tar with %s is refused and leaves nothing', async (what, make) => {
    let bytes = await make();
    if (what.startsWith('more bytes')) bytes = declaring(bytes, 0o77777777777);
    const bench = benchOf(directory(), { installer: INSTALLER }, { 'a.tar.gz': gzipSync(bytes) });
    put(join(bench.paths.root, 'opt/acme/old'), 'old');
    const result = await archiveInstaller.install(bench, 1);
    // A size larger than the archive itself ends early: the reader says so.
    expect(['refused', 'broken']).toContain(result.kind);
    await archiveInstaller.settle!(bench, false);
    expect(readdirSync(join(bench.paths.root, 'opt'))).toEqual(['acme']);
    expect(readFileSync(join(bench.paths.root, 'opt/acme/old'), 'utf8')).toBe('old');
    expect(
      existsSync(join(bench.paths.root, 'opt/evil')) ||
        existsSync(join(bench.paths.root, 'evil')) ||
        existsSync('/evil'),
    ).toBe(false);
  });

  it.each<[string, Buffer]>([
    ['a parent directory', zipBytes([{ name: '../evil', content: 'x' }])],
    ['an absolute path', zipBytes([{ name: '/evil', content: 'x' }])],
    ['a symbolic link', zipBytes([{ name: 'link', content: '/etc', mode: 0o120777 }])],
    ['a device', zipBytes([{ name: 'device', content: '', mode: 0o020666 }])],
    ['more bytes than declared', zipBytes([{ name: 'bomb', content: 'x'.repeat(100_000), declared: 10 }])],
    ['fewer bytes than declared', zipBytes([{ name: 'bomb', content: 'x', declared: 100_000 }])],
    [
      'the same file twice',
      zipBytes([
        { name: 'a', content: 'x' },
        { name: 'a', content: 'y' },
      ]),
    ],
  ])('zip with %s is refused and leaves nothing', async (_, bytes) => {
    const bench = benchOf(directory(), { installer: INSTALLER }, { 'a.zip': bytes });
    expect((await archiveInstaller.install(bench, 1)).kind).not.toBe('exited');
    await archiveInstaller.settle!(bench, false);
    expect(readdirSync(join(bench.paths.root, 'opt'))).toEqual([]);
  });

  it.each([
    ['a cut-off file', gzipSync(Buffer.alloc(100_000, 'x')).subarray(0, 60)],
    ['another compression', zstdCompressSync(Buffer.from('x'))],
    ['no archive', Buffer.from('hello')],
  ])('that is %s fails and leaves nothing', async (_, bytes) => {
    const bench = benchOf(directory(), { installer: INSTALLER }, { 'a.tar.gz': bytes });
    expect(await archiveInstaller.install(bench, 1)).toMatchObject({ kind: 'broken' });
    expect(readdirSync(join(bench.paths.root, 'opt'))).toEqual([]);
  });

  it.each(['/opt', '/usr/bin', '/etc', '/var/lib', '/usr', '/./usr', '//usr/share', '/usr/./share/', '/x/..//etc/'])(
    'never replaces %s',
    async (path) => {
      const bench = benchOf(
        directory(),
        { installer: { type: 'archive', directory: path } },
        { 'a.tar.gz': tarBytes({ a: 'x' }) },
      );
      expect(await archiveInstaller.install(bench, 1)).toMatchObject({ kind: 'refused' });
    },
  );

  it('does not follow a link out of the managed tree', async () => {
    const home = directory();
    const bench = benchOf(
      home,
      { installer: { type: 'archive', directory: '/out/acme' } },
      { 'a.tar.gz': tarBytes({ a: 'x' }) },
    );
    symlinkSync(home, join(bench.paths.root, 'out'));
    expect(await archiveInstaller.install(bench, 1)).toMatchObject({ kind: 'refused' });
    expect(existsSync(join(home, 'acme'))).toBe(false);
  });

  it('writes nothing below a directory of a user, who could lead it elsewhere, and says so', async () => {
    const bench = benchOf(directory(), { installer: INSTALLER }, { 'a.tar.gz': tarBytes({ a: 'x' }) });
    const opt = join(bench.paths.root, 'opt');
    mkdirSync(opt);
    chownSync(opt, 4711, 4711);
    expect(await archiveInstaller.install(bench, 1)).toEqual({
      kind: 'refused',
      why: expect.stringContaining('of the user 4711'),
    });
    expect(await archiveInstaller.settle!(bench, false)).toContain('left as it is');
    expect(readdirSync(opt)).toEqual([]);
  });

  it('takes away only a tree of its own package', async () => {
    const bench = benchOf(directory(), { installer: INSTALLER }, { 'a.tar.gz': tarBytes({ a: 'x' }) });
    put(join(bench.paths.root, 'opt/acme/mine'), 'x');
    expect(await archiveInstaller.uninstall(bench, 1)).toMatchObject({ kind: 'refused' });
    await archiveInstaller.settle!(bench, false);
    expect(existsSync(join(bench.paths.root, 'opt/acme/mine'))).toBe(true);
  });
});
