import { spawn } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { type Check, CHECKS } from './check-list.ts';
import { repositoryRoot } from './local-paths.ts';

const HELP = `npm run check [-- NAME…]    all checks, or those whose name contains one of the given words:
${CHECKS.map((check) => `  ${check.name}`).join('\n')}
`;

const words = process.argv.slice(2);
if (words.includes('--help')) {
  process.stdout.write(HELP);
} else {
  const chosen = CHECKS.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
  process.exitCode = await runAll(chosen);
}

/** One line per check, the output of those that fail. @returns the exit code */
async function runAll(checks: readonly Check[]): Promise<number> {
  const failed: string[] = [];
  for (const check of checks) {
    process.stdout.write(`${check.name} … `);
    const began = Date.now();
    const { code, output } = await run(check);
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    process.stdout.write(`${code === 0 ? 'ok' : 'FAILED'} (${seconds} s)\n`);
    const skipped = /^SKIPPED: .*$/m.exec(output)?.[0];
    if (skipped) process.stdout.write(`  ${skipped}\n`);
    if (code === 0) continue;
    process.stdout.write(`${output.trimEnd()}\n\n`);
    failed.push(check.name);
    if (check.needed) break;
  }
  if (checks.length === 0) failed.push('no check has such a name');
  process.stdout.write(failed.length === 0 ? 'All checks passed.\n' : `Failed: ${failed.join(', ')}.\n`);
  return failed.length === 0 ? 0 : 1;
}

async function run(check: Check): Promise<{ code: number; output: string }> {
  const [program = '', ...args] = check.command;
  const path = [dirname(process.execPath), join(repositoryRoot, 'node_modules/.bin'), process.env['PATH']].join(
    delimiter,
  );
  const env = { ...process.env, FORCE_COLOR: '0', ...check.env, PATH: path };
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: repositoryRoot, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', (error) => resolve({ code: 1, output: `${output}${error.message}` }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
