import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { put, temporary } from './packages.js';

const has = (program: string) => spawnSync(program, ['--version']).status === 0;
const apt = (...args: string[]) =>
  spawnSync('apt-get', ['-o', 'DPkg::Lock::Timeout=120', '--quiet', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }).status === 0;
const install = () => apt('install', '--yes', '--no-install-recommends', 'rpm');

let answer: boolean | undefined;

/** Whether real RPM packages can be made and installed here; on Debian, as root, `rpm` is installed if it is missing. Said aloud where not. */
export function canRpm(): boolean {
  return (answer ??= tryRpm());
}

function tryRpm(): boolean {
  const missing = () => !has('rpm') || !has('rpmbuild');
  if (missing() && process.getuid?.() === 0 && has('apt-get') && !install()) void (apt('update') && install());
  if (!missing()) return true;
  process.stderr.write('SKIPPED: RPM packages were NOT tried; they need rpm and rpmbuild.\n');
  return false;
}

/** Bytes of a real RPM package of these files, for any architecture and without dependencies. */
export function rpmBytes(
  name = 'acme-ledger',
  version = '2.4.0',
  files: Record<string, string> = { 'opt/acme/ledger': `${name} ${version}\n` },
  epoch?: number,
): Buffer {
  const work = temporary('rpm');
  try {
    const tree = join(work.path, 'tree');
    for (const [path, content] of Object.entries(files)) put(join(tree, path), content);
    const listed = Object.keys(files).map((path) => `"/${path}"`);
    const lines = [
      `Name: ${name}`,
      `Version: ${version}`,
      'Release: 1',
      ...(epoch === undefined ? [] : [`Epoch: ${epoch}`]),
      'Summary: made by a spec',
      'License: none',
      'BuildArch: noarch',
      'AutoReqProv: no',
      '%description',
      'made by a spec',
      '%install',
      `mkdir -p %{buildroot} && cp -a "${tree}/." %{buildroot}/`,
      '%files',
      ...listed,
    ];
    put(join(work.path, 'spec'), `${lines.join('\n')}\n`);
    const define = (macro: string, value: string) => ['--define', `${macro} ${value}`];
    const args = [
      ...define('_topdir', work.path),
      ...define('_rpmdir', work.path),
      ...define('_rpmfilename', 'out.rpm'),
    ];
    execFileSync('rpmbuild', ['-bb', '--quiet', ...args, join(work.path, 'spec')], { stdio: 'pipe' });
    return readFileSync(join(work.path, 'out.rpm'));
  } finally {
    work.dispose();
  }
}
