import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface BuiltPackage {
  manifest: object;
  files: { name: string; bytes: Buffer }[];
}

export interface PackageVersion {
  package: string;
  version: string;
}

/** A real Debian package with a command in it, made by `dpkg-deb`. It wants 8 MiB free under /opt. */
export function buildLedger(
  workDir: string,
  { package: ledger, version }: PackageVersion = { package: 'acme-ledger', version: '2.4.0' },
): BuiltPackage {
  const tree = join(workDir, 'ledger');
  const name = `${ledger}_${version}_all.deb`;
  mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
  mkdirSync(join(tree, 'opt/acme-ledger'), { recursive: true });
  writeFileSync(
    join(tree, 'DEBIAN/control'),
    `Package: ${ledger}\nVersion: ${version}\nArchitecture: all\nMaintainer: Acme <packages@acme.example>\nDescription: Bookkeeping client\n`,
  );
  writeFileSync(join(tree, 'opt/acme-ledger/ledger'), `#!/bin/sh\necho "Acme Ledger ${version}"\n`);
  chmodSync(join(tree, 'opt/acme-ledger/ledger'), 0o755);
  execFileSync('dpkg-deb', ['--root-owner-group', '--build', tree, join(workDir, name)], { stdio: 'pipe' });
  return {
    manifest: {
      package: ledger,
      version,
      title: 'Acme Ledger',
      publisher: 'Acme',
      category: 'finance',
      variants: [
        {
          platform: { os: 'linux' },
          artifacts: [{ file: name }],
          installer: { type: 'deb' },
          requirements: [{ disk: { path: '/opt', free: '8MiB' } }],
          detection: [{ deb: { package: ledger, version } }],
          timeout: 'PT2M',
          uninstall: { type: 'deb' },
        },
      ],
    },
    files: [{ name, bytes: readFileSync(join(workDir, name)) }],
  };
}

/** A tar.gz that is unpacked into a directory. */
export function buildTemplates(
  workDir: string,
  { package: templates, version }: PackageVersion = { package: 'acme-templates', version: '1.0.0' },
): BuiltPackage {
  const tree = join(workDir, 'templates');
  const name = `${templates}-${version}.tar.gz`;
  mkdirSync(join(tree, 'invoices'), { recursive: true });
  writeFileSync(join(tree, 'invoices/standard.txt'), 'Invoice no. {{number}}\n');
  writeFileSync(join(tree, 'README'), 'Templates for Acme Ledger\n');
  execFileSync('tar', ['--owner=0', '--group=0', '-czf', join(workDir, name), '-C', tree, '.'], { stdio: 'pipe' });
  return {
    manifest: {
      package: templates,
      version,
      title: 'Templates for Acme Ledger',
      variants: [
        {
          platform: { os: 'linux' },
          artifacts: [{ file: name }],
          installer: { type: 'archive', directory: '/srv/acme-templates' },
          detection: [{ file: { path: '/srv/acme-templates/invoices/standard.txt' } }],
        },
      ],
    },
    files: [{ name, bytes: readFileSync(join(workDir, name)) }],
  };
}
