/**
 * `node check-generated.ts FILE… -- COMMAND…`: runs the command that writes the committed files and fails when one of them
 * changed by it. The new content stays in place, so committing it is all that is left to do.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const separator = process.argv.indexOf('--');
const files = process.argv.slice(2, separator);
const [program = '', ...args] = process.argv.slice(separator + 1);
const contents = (): string[] => files.map((file) => (existsSync(file) ? readFileSync(file, 'utf8') : ''));

const before = contents();
const { status } = spawnSync(program, args, { stdio: 'inherit' });
const after = contents();
const stale = files.filter((_, index) => before[index] !== after[index]);
if (stale.length > 0) {
  process.stderr.write(`${stale.join(' and ')} were out of date and have been written anew: commit them.\n`);
}
process.exitCode = status === 0 && stale.length === 0 ? 0 : 1;
