import { chmodSync, copyFileSync, linkSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repositoryRoot } from '../local/local-paths.ts';

export const packaging = join(repositoryRoot, 'deploy/package/agent');

/** What both kinds of package put on a computer. The configuration file is not among it: enrolling writes it, and an upgrade has no business with it. */
export function makeTree(tree: string, executable: string): void {
  for (const directory of ['etc/waybill-agent', 'var/lib/waybill-agent']) makeDirectories(join(tree, directory));
  chmodSync(join(tree, 'var/lib/waybill-agent'), 0o710);
  const program = join(tree, 'usr/lib/waybill-agent/waybill-agent');
  makeDirectories(dirname(program));
  linkSync(executable, program);
  makeDirectories(join(tree, 'usr/bin'));
  symlinkSync('../lib/waybill-agent/waybill-agent', join(tree, 'usr/bin/waybill-agent'));
  put(join(packaging, 'waybill-agent.service'), join(tree, 'usr/lib/systemd/system/waybill-agent.service'));
  put(join(packaging, 'settle-update'), join(tree, 'usr/lib/waybill-agent/settle-update'));
  put(join(repositoryRoot, 'docs/agent.md'), join(tree, 'usr/share/doc/waybill-agent/agent.md'));
  put(join(repositoryRoot, 'LICENSE'), join(tree, 'usr/share/doc/waybill-agent/copyright'));
}

/** @param mode whatever the mask of whoever makes the package says */
export function put(from: string, to: string, mode = 0o644): void {
  makeDirectories(dirname(to));
  copyFileSync(from, to);
  chmodSync(to, mode);
}

function makeDirectories(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o755 });
}
