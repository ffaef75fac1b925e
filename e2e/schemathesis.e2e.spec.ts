import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROLES } from '@waybill/contracts';
import { ensurePythonTool, hasPython, SCHEMATHESIS } from '../deploy/local/install/python-tool.ts';
import { Api } from './support/api.ts';
import { type E2eStack, startE2eStack } from './support/e2e-stack.ts';

const MINUTES = 60_000;
const DOCUMENT = new URL('../services/gateway/openapi.json', import.meta.url).pathname;
/** Another seed tries other requests: `WAYBILL_FUZZ_SEED=7 WAYBILL_FUZZ_EXAMPLES=50 npm test -- e2e/schemathesis`. */
const SEED = process.env['WAYBILL_FUZZ_SEED'] ?? '1';
const EXAMPLES = process.env['WAYBILL_FUZZ_EXAMPLES'] ?? '3';
/** What ends the session that the run needs. */
const SELF_DESTRUCTIVE = ['Session.end', 'Session.changePassword'];
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
  'response_headers_conformance',
  'ignored_auth',
];

if (!hasPython()) console.warn('SKIPPED: there is no python3, so Schemathesis did NOT try the API.');

(hasPython() ? describe : describe.skip)('the API as its document describes it, tried by Schemathesis', () => {
  let stack: E2eStack;
  let program: string;
  let directory: string;
  const password = 'a password for the fuzzer';

  beforeAll(async () => {
    program = ensurePythonTool(SCHEMATHESIS);
    directory = mkdtempSync(join(tmpdir(), 'waybill-fuzz-'));
    const unlimited = { WAYBILL_RATE_PER_TOKEN: '0', WAYBILL_RATE_PER_ADDRESS: '0' };
    stack = await startE2eStack({ gateway: unlimited });
    for (const role of ROLES) {
      await stack.api.post('/accounts', { username: role, password, grants: [{ role }] });
    }
  }, 10 * MINUTES);
  afterAll(async () => {
    await stack?.stop();
    if (directory) rmSync(directory, { recursive: true, force: true });
  }, MINUTES);

  /** @returns what Schemathesis found wrong, empty when nothing */
  async function tryAs(token: string | null): Promise<string> {
    const args = ['run', DOCUMENT, '--url', stack.services.gatewayUrl, '--checks', CHECKS.join(',')];
    args.push('--phases', 'examples,fuzzing', '--max-examples', EXAMPLES, '--seed', SEED, '--generation-deterministic');
    args.push('--continue-on-failure', '--no-shrink', '--request-timeout', '20', '--workers', '1', '--warnings', 'off');
    args.push('--suppress-health-check', 'all');
    for (const id of SELF_DESTRUCTIVE) args.push('--exclude-operation-id', id);
    // a header in a file of the environment would be better than an argument; the token is worth nothing outside of this test
    if (token) args.push('-H', `Authorization: Bearer ${token}`);
    const child = spawn(program, args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const code = await new Promise((resolve) => child.once('exit', resolve));
    return code === 0 ? '' : output;
  }

  async function login(username: string): Promise<string> {
    const api = await Api.login({ server: stack.services.gatewayUrl, username, password });
    // without this a token that opens nothing would be tried in vain, and pass
    expect(await api.get('/session')).toMatchObject({ username, roles: [username] });
    return api.authorization.slice('Bearer '.length);
  }

  it.each(ROLES)(
    'answers a %s as documented, and never with 5xx',
    async (role) => {
      expect(await tryAs(await login(role))).toBe('');
    },
    10 * MINUTES,
  );

  it(
    'answers nobody as documented, and never with 5xx',
    async () => {
      expect(await tryAs(null)).toBe('');
    },
    10 * MINUTES,
  );

  it(
    'answers an API token as documented, and never with 5xx',
    async () => {
      const { secret } = await stack.api.post<{ secret: string }>('/api-tokens', { name: 'for the fuzzer' });
      expect(await tryAs(secret)).toBe('');
    },
    10 * MINUTES,
  );

  it('left no mistake of ours in the logs', () => {
    for (const service of Object.values(stack.services.process)) {
      const mistakes = readFileSync(service.logFile, 'utf8')
        .split('\n')
        .filter((line) => line.includes('"code":"internal"'));
      expect([service.name, mistakes.slice(0, 3)]).toEqual([service.name, []]);
    }
  });
});
