import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rpmHead } from '../init/an-rpm.fixtures.spec.js';
import { RPM_TAGS } from '../init/rpm-header.js';
import { waybill } from './run-in-spec.fixtures.spec.js';

const CONTROL = `Package: acme-ledger
Version: 1:2.4.0-1
Architecture: amd64
Maintainer: Acme "Inc" <packages@acme.example>
Description: Keeps: the books
 at length
`;
const MAIL: [number, string][] = [
  [RPM_TAGS.name, 'acme-mail'],
  [RPM_TAGS.version, '1.2.0^git1'],
  [RPM_TAGS.release, '1.el9'],
  [RPM_TAGS.vendor, 'Acme'],
  [RPM_TAGS.arch, 'aarch64'],
  [RPM_TAGS.sourceRpm, 'acme-mail.src.rpm'],
];
// one empty executable, hello/run
const ZIP =
  'UEsDBBQAAAAAAAAAIQAAAAAAAAAAAAAAAAAJAAAAaGVsbG8vcnVuUEsBAhQDFAAAAAAAAAAhAAAAAAAAAAAAAAAAAAkAAAAAAAAAAAAAAO2BAAAAAGhlbGxvL3J1blBLBQYAAAAAAQABADcAAAAnAAAAAAA=';

describe('waybill package init', () => {
  let home: string;
  let directory: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'waybill-init-'));
    directory = join(home, 'package');
    await mkdir(directory);
  });
  afterEach(() => rm(home, { recursive: true }));

  const manifest = () => readFile(join(directory, 'waybill.yaml'), 'utf8');

  async function deb(control = CONTROL) {
    await mkdir(join(home, 'tree/DEBIAN'), { recursive: true });
    await writeFile(join(home, 'tree/DEBIAN/control'), control);
    execFileSync('dpkg-deb', ['--build', join(home, 'tree'), join(directory, 'ledger.deb')], { stdio: 'pipe' });
  }
  async function tar(name: string, ...options: string[]) {
    await mkdir(join(home, 'tree/acme-2/bin'), { recursive: true });
    await writeFile(join(home, 'tree/acme-2/about'), '');
    await writeFile(join(home, 'tree/acme-2/bin/run'), '');
    await chmod(join(home, 'tree/acme-2/bin/run'), 0o755);
    execFileSync('tar', [...options, '-cf', join(directory, name), '-C', join(home, 'tree'), 'acme-2']);
  }
  const unpacked = ['directory: "/opt/acme", stripComponents: 1 }'];
  const cases: [string, () => Promise<void>, string[]][] = [
    [
      'a .deb',
      deb,
      [
        'package: "acme-ledger"',
        'version: "1:2.4.0-1"',
        'title: "Acme Ledger"',
        'publisher: "Acme \\"Inc\\""',
        'description: "Keeps: the books"',
        'arch: [amd64]',
        '{ deb: { package: "acme-ledger", version: "1:2.4.0-1" } }',
      ],
    ],
    [
      'an .rpm',
      () => writeFile(join(directory, 'mail.rpm'), rpmHead(MAIL)),
      [
        'package: "acme-mail"',
        'version: "1.2.0^git1-1.el9"',
        'versionScheme: rpm',
        'publisher: "Acme"',
        'arch: [arm64]',
        '{ rpm: { package: "acme-mail", version: "1.2.0^git1-1.el9" } }',
        'uninstall: { type: rpm }',
      ],
    ],
    ['a tar', () => tar('acme-2.4.0.tar'), ['package: "acme"', 'version: "2.4.0"', ...unpacked]],
    ['a .tar.gz', () => tar('acme_v2.4_arm64.tar.gz', '--gzip'), ['version: "2.4"', 'arch: [arm64]', ...unpacked]],
    ['a .tar.zst', () => tar('acme.tar.zst', '--zstd'), ['version: "0.0.0" #', 'arch: [any]', ...unpacked]],
    [
      'a zip',
      () => writeFile(join(directory, 'hello-1.5.0-x64.zip'), Buffer.from(ZIP, 'base64')),
      ['package: "hello"', 'version: "1.5.0"', 'directory: "/opt/hello", stripComponents: 1', 'arch: [amd64]'],
    ],
  ];

  it.each(cases)('guesses from %s what lint has nothing to say about', async (_, make, expected) => {
    await make();
    expect(await waybill('package', 'init', directory)).toMatchObject({ code: 0, err: '' });
    const text = await manifest();
    // outside of the checkout, and no server named: a path would only be right on this computer
    expect(text).toMatch(/^package: /);
    for (const part of expected) expect(text).toContain(part);
    const { code, out } = await waybill('package', 'lint', directory);
    expect([code, out]).toEqual([0, expect.stringContaining('0 errors, 0 warnings')]);
  });

  it('tells editors the JSON Schema of the server that is named', async () => {
    await tar('acme-2.4.0.tar');
    const { out } = await waybill('package', 'init', directory);
    expect(out).toContain('With --server URL');
    await waybill('package', 'init', directory, '--force', '--server', 'https://waybill.example/');
    expect(await manifest()).toMatch(
      /^# yaml-language-server: \$schema=https:\/\/waybill.example\/manifest.schema.json\npackage: /,
    );
    expect(await waybill('package', 'lint', directory)).toMatchObject({ code: 0 });
    expect(await waybill('package', 'init', directory, '--server', 'here')).toMatchObject({ code: 2 });
  });

  it('writes over a manifest only with --force', async () => {
    await tar('acme-2.4.0.tar');
    await writeFile(join(directory, 'waybill.yaml'), 'mine');
    const refused = await waybill('package', 'init', directory);
    expect([refused.code, refused.err, await manifest()]).toEqual([1, expect.stringContaining('--force'), 'mine']);
    expect(await waybill('package', 'init', directory, '--force')).toMatchObject({ code: 0 });
    expect(await manifest()).toContain('package: "acme"');
  });

  it('says why a file cannot be used, and writes nothing', async () => {
    expect((await waybill('package', 'init', directory)).err).toContain('has no package file');
    await deb(CONTROL.replace('amd64', 'armhf'));
    expect((await waybill('package', 'init', directory)).err).toContain('is for armhf');
    await writeFile(join(directory, 'broken.zip'), 'no zip');
    expect((await waybill('package', 'init', directory)).err).toContain('has 2 package files');
    for (const name of ['broken.zip', 'broken.deb', 'broken.rpm', 'broken.tar.gz', 'broken.tar.zst', 'broken.tar']) {
      await writeFile(join(directory, name), 'not at all');
      const { code, err } = await waybill('package', 'init', join(directory, name));
      expect([code, err]).toEqual([1, expect.stringMatching(/cannot be read as|holds no file/)]);
    }
    await expect(manifest()).rejects.toThrow('ENOENT');
    expect(await waybill('package', 'init')).toMatchObject({ code: 2 });
  });
});
