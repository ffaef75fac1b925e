import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waybill } from './run-in-spec.fixtures.spec.js';

const MANIFEST = `package: acme
version: "1.0.0"
variants:
  - platform: { os: linux }
    artifacts: [{ file: acme.deb }, { file: check.sh }]
    installer: { type: deb }
    requirements: [{ script: { file: check.sh } }]
  - platform: { os: linux, arch: [arm64] }
    artifacts: [{ file: acme.deb }]
    installer: { type: deb }
`;
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('waybill package build', () => {
  let home: string;
  let directory: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'waybill-build-'));
    directory = join(home, 'acme');
    await mkdir(directory);
    await write('waybill.yaml', MANIFEST);
    await write('acme.deb', 'deb');
    await write('check.sh', 'exit 0');
  });
  afterEach(() => rm(home, { recursive: true }));

  const write = (name: string, text: string) => writeFile(join(directory, name), text);
  const built = async (output = join(directory, 'build')) =>
    Object.fromEntries(
      await Promise.all(
        (await readdir(output)).map(async (name) => [name, await readFile(join(output, name), 'utf8')] as const),
      ),
    );
  const build = (...options: string[]) => waybill('package', 'build', directory, ...options);

  it('fills in digests, sizes and the scheme, and writes manifest and files', async () => {
    const { code, out, err } = await build();
    expect([code, err]).toEqual([0, '']);
    const files = await built();
    expect(Object.keys(files).sort()).toEqual(['acme.deb', 'check.sh', 'waybill.json']);
    const manifest = JSON.parse(files['waybill.json']!) as { variants: { artifacts: object[] }[] };
    const deb = { file: 'acme.deb', sha256: sha256('deb'), size: 3 };
    expect(manifest).toMatchObject({ package: 'acme', versionScheme: 'semver' });
    expect(manifest.variants.map(({ artifacts }) => artifacts)).toEqual([
      [deb, { file: 'check.sh', sha256: sha256('exit 0'), size: 6 }],
      [deb],
    ]);
    for (const part of ['acme.deb: 3 bytes', sha256('deb'), `manifest sha256:${sha256(files['waybill.json']!)}`])
      expect(out).toContain(part);
  });

  it('gives the same bytes for the same files, wherever and in whatever order they lie', async () => {
    await build();
    const first = await built();
    const other = join(home, 'other');
    await mkdir(other);
    await writeFile(join(home, 'elsewhere'), 'deb');
    await symlink(join(home, 'elsewhere'), join(other, 'acme.deb'));
    await writeFile(join(other, 'check.sh'), 'exit 0', { mode: 0o755 });
    await writeFile(join(other, 'waybill.json'), JSON.stringify({ ...(JSON.parse(first['waybill.json']!) as object) }));
    const output = join(home, 'result');
    expect(await waybill('package', 'build', other, '--output', output)).toMatchObject({ code: 0 });
    expect(await built(output)).toEqual(first);
    expect(await waybill('package', 'lint', output)).toMatchObject({ code: 0 });
    // what was built can be built again: nothing is left to be filled in
    expect(await waybill('package', 'build', output, '--output', join(home, 'again'))).toMatchObject({ code: 0 });
    expect(await built(join(home, 'again'))).toEqual(first);
  });

  it('replaces what a build has made, and what killed builds left behind', async () => {
    await build();
    await mkdir(join(directory, '.build.999999999.new'));
    await mkdir(join(directory, '.build.999999999.old'));
    await write('acme.deb', 'newer');
    await write('waybill.yaml', MANIFEST.replaceAll(/, \{ file: check.sh \}|\n.*requirements.*/g, ''));
    expect(await build()).toMatchObject({ code: 0 });
    const { 'waybill.json': _, ...files } = await built();
    expect(files).toEqual({ 'acme.deb': 'newer' });
    expect(await readdir(directory)).not.toContainEqual(expect.stringMatching(/^\.build/));
  });

  it('never removes what no build has made', async () => {
    await build();
    await writeFile(join(directory, 'build/notes'), 'mine');
    const before = await built();
    expect(await build()).toMatchObject({ code: 1, err: expect.stringContaining('holds "notes"') });
    expect(await built()).toEqual(before);
    expect(await build('--output', home)).toMatchObject({ code: 1, err: expect.stringContaining('holds "acme"') });
    expect(await build('--output', directory)).toMatchObject({ code: 1, err: expect.stringContaining('another') });
    expect(await build('--output', join(directory, 'acme.deb'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('ENOTDIR'),
    });
  });

  it('refuses what lint refuses, what is missing and what is not as the manifest says, at its place', async () => {
    const refused = async (text: string) => {
      await write('waybill.yaml', text);
      const { code, err } = await build();
      expect([code, err]).toEqual([1, expect.stringContaining('Nothing was built.')]);
      return err;
    };
    expect(await refused(MANIFEST.replace('os: linux', 'os: plan9'))).toContain('waybill.yaml:4');
    expect(await refused(MANIFEST.replace('acme.deb', 'acne.deb'))).toMatch(
      /waybill.yaml:5:19 error: "acne.deb" is not beside the manifest \(did you mean "acme.deb"\?\)/,
    );
    expect(await refused(MANIFEST.replace('acme.deb }', 'acme.deb, size: 4 }'))).toMatch(
      /waybill.yaml:5:35 error: "acme.deb" has size 3/,
    );
    expect(await refused(MANIFEST.replace('acme.deb }', `acme.deb, sha256: ${'a'.repeat(64)} }`))).toContain(
      `has sha256 ${sha256('deb')}`,
    );
    await write('waybill.yaml', MANIFEST);
    await rm(join(directory, 'acme.deb'));
    await symlink('/dev/zero', join(directory, 'acme.deb'));
    expect(await refused(MANIFEST)).toContain('is not a regular file');
    expect(await readdir(directory)).not.toContain('build');
  });

  it('refuses a manifest that digests make too large, and a wrong command line', async () => {
    const names = Array.from({ length: 990 }, (_, i) => `${'f'.repeat(190)}${i}`);
    const artifacts = names.map((file) => `{ file: ${file} }`).join(', ');
    await write('waybill.yaml', MANIFEST.replace('{ file: acme.deb }', `{ file: acme.deb }, ${artifacts}`));
    for (const name of names) await write(name, '');
    expect(await waybill('package', 'lint', directory)).toMatchObject({ code: 0 });
    expect(await build()).toMatchObject({ code: 1, err: expect.stringContaining('at most 262144') });
    expect(await waybill('package', 'build')).toMatchObject({ code: 2 });
    expect(await build('--output')).toMatchObject({ code: 2 });
  });

  it('says what cannot be written', async () => {
    await writeFile(join(home, 'file'), '');
    const { code, err } = await build('--output', join(home, 'file/build'));
    expect([code, err]).toEqual([1, expect.stringContaining('ENOTDIR')]);
  });
});
