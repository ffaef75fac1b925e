import { execFile } from 'node:child_process';
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
