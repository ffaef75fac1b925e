import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canRpm } from '../services/agent/spec/rpm-tool.js';
import { type E2eStack, startE2eStack } from './support/e2e-stack.ts';
import type { Job, Page } from './support/views.ts';

const MINUTES = 60_000;
const REPOSITORY = join(import.meta.dirname, '..');
const NODE = `${process.execPath} --disable-warning=ExperimentalWarning`;

/** What a block needs beside a shell; one that is missing is skipped, and said so. */
const NEEDS: Record<string, () => boolean> = {
  rpm: canRpm,
  zip: () => spawnSync('zip', ['-v']).status === 0,
};

/** Every command of docs/packaging.md, in its order, as a packager pastes them. */
describe('the guide for packagers', () => {
  const work = mkdtempSync(join(tmpdir(), 'waybill-packager-'));
  const guide = readFileSync(join(REPOSITORY, 'docs/packaging.md'), 'utf8');
  let stack: E2eStack;

  beforeAll(async () => {
    stack = await startE2eStack();
  }, 5 * MINUTES);
  afterAll(async () => {
    await stack?.stop();
    rmSync(work, { recursive: true, force: true });
  }, 2 * MINUTES);

  /** Only addresses, the password's file and the directory are other ones, and nothing is built before each command. */
  function script(): string {
    const blocks = [...guide.matchAll(/^```sh ?(\w*)\n(.*?)^```$/gms)].map(([, need = '', block = '']) => {
      if (need === '' || NEEDS[need]!()) return block;
      process.stderr.write(`SKIPPED: the guide's part about ${need} was NOT tried; ${need} is missing.\n`);
      return '';
    });
    const replaced = {
      'npm run --silent waybill --': `${NODE} libs/packaging/dist/command/main.js`,
      'npm run agent --': `${NODE} services/agent/dist/main.js`,
      'http://127.0.0.1:8080': stack.services.gatewayUrl,
      'http://127.0.0.1:8081': stack.services.fleetUrl,
      '.local/admin-password': stack.services.adminPasswordFile,
      '$PWD/tmp/packaging': work,
      'tmp/packaging': work,
      'curl -sS': 'curl -sS --fail-with-body',
    };
    const commands = Object.entries(replaced).reduce((text, [from, to]) => {
      if (!text.includes(from) && from !== '$PWD/tmp/packaging') throw new Error(`the guide does not say "${from}"`);
      return text.replaceAll(from, to);
    }, blocks.join('\n'));
    return `cd ${REPOSITORY}\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n${commands}`;
  }

  it(
    'carries one from nothing to packages of every type that were tried on a computer',
    async () => {
      const { code, output } = await bash(script());
      expect({ code, output: code === 0 ? '' : output.slice(-4000) }).toEqual({ code: 0, output: '' });
      const { items: jobs } =
        await stack.api.get<Page<Job & { package: string; version: string; action: string }>>('/jobs');
      const tried = jobs.map(({ package: name, version, action }) => `${action} ${name} ${version}`);
      const expected = ['acme-ledger 2.4.0-1', 'acme-viewer 3.1.0', 'acme-settings 5', 'acme-fonts 1.0.0'];
      for (const one of expected) expect(tried).toContain(`install ${one}`);
      if (NEEDS['rpm']!()) expect(tried).toContain('install acme-mail 1.2.0-1');
      if (NEEDS['zip']!()) expect(tried).toContain('install acme-viewer 3.2.0');
      expect(jobs.every(({ status }) => status === 'completed')).toBe(true);
    },
    8 * MINUTES,
  );
});

function bash(commands: string): Promise<{ code: number | null; output: string }> {
  const env = { ...process.env, NODE_OPTIONS: '' };
  const child = spawn('bash', ['-e', '-u', '-o', 'pipefail', '-c', commands], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
