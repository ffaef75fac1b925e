/**
 * Entry of every npm script. Runs under any Node from 20 on: installs the dependencies once, builds, then runs the task
 * under the repository's own Node 24, with all further arguments.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../..');
const logFile = join(root, '.local/log/build.log');
const tasks = {
  start: 'deploy/local/up.ts',
  demo: 'e2e/demo/demo.ts',
  agent: 'services/agent/dist/main.js',
  simulate: 'services/agent/dist/simulator/main.js',
  test: 'deploy/local/test.ts',
  audit: 'deploy/audit/audit.ts',
  bench: 'bench/run.ts',
  keys: 'deploy/local/keys/keys.ts',
  check: 'deploy/local/check.ts',
  sbom: 'deploy/local/sbom.ts',
  'package:agent': 'deploy/package/agent.ts',
  waybill: 'libs/packaging/dist/command/main.js',
  build: undefined,
};

const [task, ...args] = process.argv.slice(2);
if (!task || !(task in tasks)) fail(`Unknown task; one of ${Object.keys(tasks).join(', ')}.`);
const major = Number(process.versions.node.split('.')[0]);
if (major < 20) fail(`Node 20 or newer is needed to begin with, this is ${process.version}: install a newer Node.js.`);

mkdirSync(join(root, '.local/log'), { recursive: true });
await installDependencies();
const node = join(root, 'node_modules/node/bin/node');
if (!existsSync(node)) fail('The repository’s Node 24 is missing: delete node_modules and start again.');
// A check builds by itself, as one of its steps.
if (task !== 'check' && task !== 'sbom') build();
if (tasks[task]) await run(tasks[task]);

/** `npm ci` when node_modules is missing or belongs to another lock file. */
async function installDependencies() {
  const stamp = join(root, 'node_modules/.waybill-lock');
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  if (existsSync(join(root, 'node_modules/node/bin/node')) && isComplete()) return writeFileSync(stamp, wanted);
  const what = 'Installing dependencies (npm ci, about half a minute, once) …';
  process.stdout.write(`${what}\n`);
  const began = Date.now();
  const heartbeat = setInterval(
    () => process.stdout.write(`${what} ${Math.round((Date.now() - began) / 1000)} s\n`),
    15_000,
  );
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const options = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const child = spawn(npm, options, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  const status = await new Promise((done) => child.once('error', () => done(1)).once('exit', done));
  clearInterval(heartbeat);
  if (status !== 0)
    fail('The dependencies could not be installed; check the network to the npm registry, then start again.');
  writeFileSync(stamp, wanted);
}

/** npm writes what it installed into node_modules; the same content means that `npm ci` was run by hand or by `npm install`. */
function isComplete() {
  const installed = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return false;
  const have = JSON.parse(readFileSync(installed, 'utf8')).packages;
  const want = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(want).every(
    ([path, entry]) => !path || entry.optional || have[path]?.version === entry.version,
  );
}

function build() {
  const tsc = join(root, 'node_modules/@typescript/native/bin/tsc');
  const { status, stdout, stderr } = spawnSync(node, [tsc, '-b'], { cwd: root, encoding: 'utf8' });
  if (status === 0) return;
  writeFileSync(logFile, `${stdout}${stderr}`);
  process.stderr.write(stdout.split('\n').slice(0, 20).join('\n') + '\n');
  fail(`The build failed; correct the errors above (log: ${logFile}), then start again.`);
}

/** Signals go on to the task, which ends in its own time; this process ends with its exit code. */
async function run(script) {
  const dying = spawnSync('setpriv', ['--version']).status === 0 ? ['setpriv', '--pdeathsig', 'TERM'] : [];
  const [program, ...rest] = [...dying, node, '--disable-warning=ExperimentalWarning', join(root, script), ...args];
  // Compiled modules are kept between starts: the stack starts a dozen Node processes.
  const env = { NODE_COMPILE_CACHE: join(root, '.local/compile-cache'), ...process.env };
  const child = spawn(program, rest, { stdio: 'inherit', env });
  // Ctrl-C reaches the whole foreground group, a kill only this process; hearing it twice does a task no harm.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => child.kill(name));
  endWithParent(() => child.kill('SIGTERM'));
  const code = await new Promise((done) => child.once('exit', (status, signal) => done(status ?? (signal ? 1 : 0))));
  process.exit(code);
}

/** npm passes SIGTERM on, but cannot when it is killed; nobody would be left to stop the task then. */
function endWithParent(stop) {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    stop();
  }, 500);
  timer.unref();
}

function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
