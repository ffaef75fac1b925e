import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const PACKAGER = join(import.meta.dirname, '../../../deploy/package/agent.ts');
const run = promisify(execFile);

/** What `npm run package:agent` makes, from the build. @returns paths that it named, by the end of their names */
export async function buildAgent(directory: string, version: string): Promise<(end: string) => string> {
  const args = ['--disable-warning=ExperimentalWarning', PACKAGER, '--out', directory, '--version', version];
  const { stdout } = await run(process.execPath, args);
  const made = stdout.trim().split('\n');
  return (end) => {
    const found = made.find((path) => path.endsWith(end));
    if (found === undefined) throw new Error(`no ${end} among ${made.join(', ')}`);
    return found;
  };
}

export interface OtherVersion {
  /** of the .deb */
  path: string;
  /** of its program */
  sha256: string;
}

/**
 * A .deb of the agent as another version, in the directory.
 * @param program what it carries; default the same once more
 */
export function otherVersion(deb: string, directory: string, version: string, program?: string): OtherVersion {
  const tree = join(directory, `waybill-agent_${version}_amd64`);
  execFileSync('dpkg-deb', ['--raw-extract', deb, tree]);
  const file = join(tree, 'DEBIAN/control');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^Version: .*$/m, `Version: ${version}`));
  const carried = join(tree, 'usr/lib/waybill-agent/waybill-agent');
  if (program !== undefined) writeFileSync(carried, program);
  const sha256 = createHash('sha256').update(readFileSync(carried)).digest('hex');
  const path = `${tree}.deb`;
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zgzip', '-z1', '--build', tree, path], { stdio: 'pipe' });
  return { path, sha256 };
}
