import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { localDirectory, repositoryRoot } from './local-paths.ts';
import { testEnvironment } from './servers/server-addresses.ts';
import { startServers } from './servers/start-servers.ts';
import { Shutdown } from './shutdown.ts';
import { closingLine, countResults, type JestResults, type TestCount } from './test-count.ts';

const HELP = `npm test [-- PATTERN…] [-- jest options]    all specs on real servers of their own, or those whose path matches a pattern

Servers are taken from WAYBILL_TEST_POSTGRES_URL, WAYBILL_TEST_BROKER_URL … (all of one server or none), else started privately
with empty data. The last line is "N passed, N failed".
`;

/**
 * Specs beside the code run two at a time; end-to-end specs start processes and measure time, so they run one by one.
 * One jest per kind keeps that a matter of file names.
 */
const RUNS = [
  { match: ['**/*.unit.spec.ts', '**/*.int.spec.ts'], args: ['--maxWorkers=2'] },
  { match: ['**/*.e2e.spec.ts'], args: ['--runInBand'] },
];

const args = process.argv.slice(2);
if (args.includes('--help')) {
  process.stdout.write(HELP);
} else {
  const shutdown = new Shutdown();
  await shutdown.run(async () => {
    const servers = await startServers({
      instance: 'test',
      fresh: true,
      durable: false,
      environmentPrefix: 'WAYBILL_TEST_',
      signal: shutdown.signal,
      onDeath: shutdown.fail,
    });
    shutdown.add(() => servers.stop());
    const env = { ...process.env, ...testEnvironment(servers.addresses) };
    const total: TestCount = { passed: 0, failed: 0, skipped: 0 };
    for (const run of RUNS) {
      const count = await Promise.race([runJest(run.match, run.args, env), shutdown.requested.then(() => undefined)]);
      shutdown.signal.throwIfAborted();
      if (!count) break;
      total.passed += count.passed;
      total.failed += count.failed;
      total.skipped += count.skipped;
    }
    if (total.passed + total.failed === 0) {
      process.stderr.write('No spec matches; nothing was tested.\n');
      total.failed = 1;
    }
    shutdown.lastWords = closingLine(total);
    return total.failed === 0 ? 0 : 1;
  });
}

/** One jest over the specs of one kind whose path matches the patterns of the command line, if any were given. */
async function runJest(
  match: readonly string[],
  options: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<TestCount> {
  const resultFile = join(localDirectory, 'test-results.json');
  rmSync(resultFile, { force: true });
  const jest = join(repositoryRoot, 'node_modules/jest/bin/jest.js');
  const kind = match.map((glob) => `--testMatch=${glob}`);
  const nodeOptions = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const jestOptions = ['--passWithNoTests', '--json', `--outputFile=${resultFile}`, '--reporters=default'];
  const child = spawn(process.execPath, [...nodeOptions, jest, ...jestOptions, ...kind, ...options, ...args], {
    cwd: repositoryRoot,
    env,
    // With --json jest repeats the whole result on standard output; progress goes to standard error.
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const abort = (): void => void child.kill('SIGTERM');
  process.once('SIGTERM', abort);
  const code = await new Promise<number>((resolve) => child.once('exit', (status) => resolve(status ?? 1)));
  process.off('SIGTERM', abort);
  let results: JestResults;
  try {
    results = JSON.parse(readFileSync(resultFile, 'utf8')) as JestResults;
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  return countResults(results, code);
}
