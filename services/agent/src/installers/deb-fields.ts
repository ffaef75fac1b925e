import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Name and version inside a .deb. */
export async function debFields(path: string): Promise<{ package: string; version: string }> {
  const { stdout } = await run('dpkg-deb', ['--showformat=${Package}\\t${Version}', '--show', path]);
  const [name, version] = stdout.split('\t');
  if (!name || !version) throw new Error(`${path} is not a Debian package`);
  return { package: name, version };
}
