import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { makeTree, packaging, put } from './package-tree.ts';
import { runTool } from './run-tool.ts';

/** The kinds of package, and the program that makes each. */
const MAKERS = { deb: 'dpkg-deb', rpm: 'rpmbuild' } as const;

const ARCHITECTURES = {
  deb: { x64: 'amd64', arm64: 'arm64' },
  rpm: { x64: 'x86_64', arm64: 'aarch64' },
} as const;

export interface Made {
  packages: string[];
  /** kinds that could not be made, since their program is not here */
  missing: { kind: string; program: string }[];
}

/**
 * Makes a .deb and a .rpm of the executable, in the directory in which it lies.
 * @throws Error with what the tool said
 */
export function buildPackages(executable: string, version: string): Made {
  const arch = process.arch as 'x64' | 'arm64';
  const out = join(executable, '..');
  const work = mkdtempSync(join(out, '.packages-'));
  try {
    const tree = join(work, 'tree');
    makeTree(tree, executable);
    const made: Made = { packages: [], missing: [] };
    for (const kind of ['deb', 'rpm'] as const) {
      const program = MAKERS[kind];
      if (!isThere(program)) made.missing.push({ kind, program });
      else
        made.packages.push(
          (kind === 'deb' ? makeDeb : makeRpm)({ work, tree, out, version, arch: ARCHITECTURES[kind][arch] }),
        );
    }
    return made;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

interface Parts {
  work: string;
  tree: string;
  out: string;
  version: string;
  arch: string;
}

function makeRpm({ work, tree, out, version, arch }: Parts): string {
  const defines = { _topdir: join(work, 'rpm'), _rpmdir: work, waybill_version: version, waybill_tree: tree };
  const options = Object.entries(defines).flatMap(([name, value]) => ['--define', `${name} ${value}`]);
  runTool('rpmbuild', ['-bb', '--quiet', '--target', arch, ...options, join(packaging, 'rpm/waybill-agent.spec')]);
  return keep(join(work, arch, `waybill-agent-${version}-1.${arch}.rpm`), out);
}

function makeDeb({ work, tree, out, version, arch }: Parts): string {
  const control = join(tree, 'DEBIAN');
  mkdirSync(control);
  chmodSync(control, 0o755);
  writeFileSync(join(control, 'control'), CONTROL.replace('VERSION', version).replace('ARCHITECTURE', arch));
  for (const script of ['preinst', 'postinst', 'prerm', 'postrm'])
    put(join(packaging, 'deb', script), join(control, script), 0o755);
  const made = join(work, `waybill-agent_${version}_${arch}.deb`);
  // gzip: every dpkg reads it, and xz takes a minute for a tenth less
  runTool('dpkg-deb', ['--root-owner-group', '-Zgzip', '--build', tree, made]);
  rmSync(control, { recursive: true });
  return keep(made, out);
}

const CONTROL = `Package: waybill-agent
Version: VERSION
Architecture: ARCHITECTURE
Maintainer: Waybill <waybill@localhost>
Section: admin
Priority: optional
Depends: libc6 (>= 2.28), libstdc++6, passwd
Recommends: systemd
Suggests: libnotify-bin
Description: installs what Waybill distributes to this computer
 Takes signed orders of an organisation's Waybill server, installs, proves, reports.
 Have the computer join by: waybill-agent enrol --server URL --token-file FILE
`;

function keep(made: string, out: string): string {
  const kept = join(out, basename(made));
  copyFileSync(made, kept);
  return kept;
}

function isThere(program: string): boolean {
  try {
    runTool(program, ['--version']);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
