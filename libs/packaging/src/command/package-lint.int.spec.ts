import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waybill } from './run-in-spec.fixtures.spec.js';

const GOOD = `package: acme
version: "1.0.0"
variants:
  - platform: { os: linux }
    artifacts: [{ file: acme.deb }]
    installer: { type: deb }
`;

describe('waybill package lint', () => {
  let directory: string;
  beforeEach(async () => (directory = await mkdtemp(join(tmpdir(), 'waybill-lint-'))));
  afterEach(() => rm(directory, { recursive: true }));

  const write = (name: string, text: string) => writeFile(join(directory, name), text);

  it('ends with 0 when there are warnings only', async () => {
    await write('waybill.yaml', GOOD);
    await write('acme.deb', '');
    const { code, out } = await waybill('package', 'lint', directory);
    expect(code).toBe(0);
    expect(out).toContain(`${directory}/waybill.yaml:4:5 warning: no uninstall`);
    expect(out).toContain('0 errors, 2 warnings; versions are compared as semver');
  });

  it('ends with 1 when there are errors, as JSON too', async () => {
    await write('waybill.json', '{ "package": "Acme" }');
    const { code, out } = await waybill('package', 'lint', directory, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      file: join(directory, 'waybill.json'),
      findings: expect.arrayContaining([expect.objectContaining({ pointer: '/package', line: 1, column: 3 })]),
    });
  });

  it('refuses no manifest, two of them, one that is too long and no directory', async () => {
    expect(await waybill('package', 'lint', directory)).toMatchObject({
      code: 1,
      err: expect.stringContaining('no manifest'),
    });
    await write('waybill.yaml', '#'.repeat(1024 * 1024 + 1));
    expect(await waybill('package', 'lint', directory)).toMatchObject({
      code: 1,
      err: expect.stringContaining('longer than'),
    });
    await write('waybill.json', '{}');
    expect(await waybill('package', 'lint', directory)).toMatchObject({
      code: 1,
      err: expect.stringContaining('two manifests'),
    });
    const nowhere = join(directory, 'nowhere');
    expect(await waybill('package', 'lint', nowhere)).toMatchObject({
      code: 1,
      err: expect.stringContaining('ENOENT'),
    });
  });

  it('helps, and ends with 2 when it is used wrongly', async () => {
    expect(await waybill('package', 'lint', '--help')).toMatchObject({
      code: 0,
      out: expect.stringContaining('Usage'),
    });
    expect(await waybill('--help')).toMatchObject({ code: 0, out: expect.stringContaining('package lint') });
    expect(await waybill('package', 'lint')).toMatchObject({ code: 2 });
    expect(await waybill('package', 'lint', directory, '--jsn')).toMatchObject({ code: 2 });
    expect(await waybill('package', 'lnt')).toMatchObject({
      code: 2,
      err: expect.stringContaining('did you mean "package lint"'),
    });
  });
});
