import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Variant } from '@waybill/contracts/agent';
import { eventually } from '@waybill/testing';
import { benchOf } from '../../spec/bench.js';
import { temporary } from '../../spec/packages.js';
import { canRpm, rpmBytes } from '../../spec/rpm-tool.js';
import { judgeRpm } from '../detection/rpm.detection.js';
import { detect } from '../detection/detect.js';
import { unmetRequirement } from '../requirements/judge-requirements.js';
import { RootedPaths } from '../root/rooted-paths.js';
import { installedRpms, parsePackages, queryLine, rpmLock } from './rpm-query.js';
import { rpmInitialize, rpmInstall, rpmInstaller, rpmRemove } from './rpm.installer.js';

const TIMEOUT_MS = 60_000;

describe('the command line of rpm', () => {
  const system = new RootedPaths('/');
  const tree = new RootedPaths('/srv/a tree');

  it('installs, and nothing in a name is an option or a command', () => {
    expect(rpmInstall(system, ['/s/a b;$(id).rpm'])).toEqual({
      file: 'rpm',
      args: ['--upgrade', '--oldpackage', '--replacepkgs', '--', '/s/a b;$(id).rpm'],
    });
    expect(rpmInstall(tree, ['/a.rpm']).args.slice(0, 2)).toEqual(['--root=/srv/a tree', '--dbpath=/var/lib/rpm']);
  });

  it('removes, asks, and makes a database', () => {
    expect(rpmRemove(tree, ['--all', 'acme']).args.slice(2)).toEqual(['--erase', '--', '--all', 'acme']);
    expect(queryLine(tree, ['acme']).args.slice(-2)).toEqual(['--', 'acme']);
    expect(queryLine(system, []).args).toEqual(expect.arrayContaining(['--query', '--all']) as string[]);
    expect(rpmInitialize(tree).args.slice(2)).toEqual(['--initdb']);
  });

  it('is understood', () => {
    const said = 'a\t(none)\t1.0\t2.el9\npackage x is not installed\nb\t1\t2\t3\n\t(none)\t1\t1\n';
    expect(parsePackages(said)).toEqual([
      { name: 'a', version: '1.0-2.el9' },
      { name: 'b', version: '1:2-3' },
    ]);
  });

  it.each<[string | undefined, string]>([
    [undefined, 'present'],
    ['2.4.0', 'present'],
    ['2.4.0-1', 'present'],
    ['1:2.4.0-1', 'present'],
    ['1:2.4.0', 'present'],
    ['2:2.4.0-1', 'unknown'],
    ['2.4', 'unknown'],
    ['0-1', 'unknown'],
  ])('1:2.4.0-1 is looked for as %s: %s', (version, presence) => {
    const rule = { package: 'acme', ...(version && { version }) };
    expect(judgeRpm(rule, [{ name: 'acme', version: '1:2.4.0-1' }]).presence).toBe(presence);
    expect(judgeRpm(rule, []).presence).toBe('absent');
  });
});

(canRpm() ? describe : describe.skip)('an RPM package', () => {
  const place = temporary('rpm');
  afterAll(() => place.dispose());
  let number = 0;

  function tree(files: Record<string, Buffer>, variant: Partial<Variant> = {}) {
    const directory = join(place.path, String(number++));
    mkdirSync(join(directory, 'root'), { recursive: true });
    return (given = files, more = variant) => benchOf(directory, { installer: { type: 'rpm' }, ...more }, given);
  }
  const exited = { kind: 'exited', exitCode: 0 };

  it('is installed into the tree, upgraded, taken back to an older one, found and removed', async () => {
    const [old, fresh] = [rpmBytes('acme', '1.9'), rpmBytes('acme', '1.10')];
    const of = tree({ 'acme.rpm': old });
    const { root } = of().paths;
    const holds = () =>
      existsSync(join(root, 'opt/acme/ledger')) ? readFileSync(join(root, 'opt/acme/ledger'), 'utf8') : null;
    expect((await detect(of())).presence).toBe('absent');
    expect(await rpmInstaller.install(of(), TIMEOUT_MS)).toEqual(exited);
    expect(await detect(of())).toEqual({ presence: 'present', evidence: 'rpm acme 1.9-1 is installed' });
    expect(await rpmInstaller.install(of({ 'acme.rpm': fresh }), TIMEOUT_MS)).toEqual(exited);
    expect([holds(), (await detect(of())).presence]).toEqual(['acme 1.10\n', 'unknown']);
    expect(await rpmInstaller.install(of(), TIMEOUT_MS)).toEqual(exited);
    expect(await rpmInstaller.install(of(), TIMEOUT_MS)).toEqual(exited);
    expect(holds()).toBe('acme 1.9\n');
    expect(await installedRpms(of().paths)).toEqual([{ name: 'acme', version: '1.9-1' }]);
    expect(await rpmInstaller.uninstall(of(), TIMEOUT_MS)).toEqual(exited);
    expect([holds(), (await detect(of())).presence]).toEqual([null, 'absent']);
  });

  it('meets and fails requirements by the order of rpm, epoch first', async () => {
    const of = tree({ 'runtime.rpm': rpmBytes('runtime', '2.0', undefined, 1) });
    await rpmInstaller.install(of(), TIMEOUT_MS);
    const meets = async (version: string) => {
      const requirements = [{ software: { name: 'runtime', version } }];
      return (await unmetRequirement(requirements, of())) === null;
    };
    expect([await meets('>=1:2.0'), await meets('>=3'), await meets('<1:2.0'), await meets('>=1:2.0 <1:3')]).toEqual([
      true,
      true,
      false,
      true,
    ]);
  });

  it('that is none, and one that conflicts, fail with the words of rpm', async () => {
    const broken = tree({ 'acme.rpm': Buffer.from('no package') });
    expect(await rpmInstaller.install(broken(), TIMEOUT_MS)).toEqual({ kind: 'exited', exitCode: 2 });
    await expect(detect(broken())).rejects.toThrow();
    const of = tree({ 'a.rpm': rpmBytes('a', '1', { 'opt/same': 'a' }) });
    await rpmInstaller.install(of(), TIMEOUT_MS);
    const other = of({ 'b.rpm': rpmBytes('b', '1', { 'opt/same': 'b' }) });
    expect(await rpmInstaller.install(other, TIMEOUT_MS)).toMatchObject({ kind: 'exited', exitCode: 1 });
    expect((await detect(other)).presence).toBe('absent');
  });

  it('waits for the lock of another rpm, within its time', async () => {
    const of = tree({ 'acme.rpm': rpmBytes('acme', '1') });
    await rpmInstaller.install(of(), TIMEOUT_MS);
    const lock = rpmLock(of().paths);
    // an fcntl lock for writing, until its input ends
    const take =
      'open(F, "+>>", $ARGV[0]) or die; my $lock = pack("ssx4qqlx4", 1, 0, 0, 0, 0); fcntl(F, 6, $lock) or die; $| = 1; print "held"; <STDIN>';
    const holder = spawn('perl', ['-e', take, lock], { stdio: ['pipe', 'pipe', 'inherit'] });
    try {
      let said = '';
      holder.stdout.on('data', (text: Buffer) => (said += text.toString()));
      await eventually(() => expect(said).toContain('held'));
      expect(await rpmInstaller.install(of(), 1_000)).toEqual({ kind: 'timedOut' });
      const waiting = rpmInstaller.install(of(), TIMEOUT_MS);
      holder.kill('SIGKILL');
      expect(await waiting).toEqual(exited);
    } finally {
      holder.kill('SIGKILL');
    }
  });
});
