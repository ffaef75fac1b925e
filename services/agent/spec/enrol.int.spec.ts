import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fingerprint, toSpki } from '@waybill/trust';
import { eventually } from '@waybill/testing';
import { AgentProcess } from './agent-process.js';
import { KEYS } from './commands.js';
import { FakeDoor } from './fake-door.js';
import { temporary } from './packages.js';

const MAIN = join(import.meta.dirname, '../dist/main.js');
const WITHIN = { timeoutMs: 30_000 };

interface Told {
  code: number;
  out: string;
  err: string;
}

describe('waybill-agent enrol', () => {
  const place = temporary('enrol');
  const door = new FakeDoor('amqp://127.0.0.1:9', 'agents');
  const other = new FakeDoor('amqp://127.0.0.1:9', 'agents');
  let number = 0;
  let state: string;
  let config: string;
  beforeAll(() => Promise.all([door.start(), other.start()]));
  beforeEach(() => {
    const own = join(place.path, String(++number));
    [state, config] = [join(own, 'state'), join(own, 'etc/agent.json')];
  });
  afterAll(async () => {
    await Promise.all([door.stop(), other.stop()]);
    place.dispose();
  });

  /** The real program, from the build. */
  async function enrol(args: readonly string[], env: Record<string, string> = {}, input = ''): Promise<Told> {
    const settings = { WAYBILL_AGENT_STATE: state, WAYBILL_AGENT_CONFIG: config, WAYBILL_AGENT_HOSTNAME: 'pc-42' };
    const child = spawn(process.execPath, [MAIN, 'enrol', ...args], { env: { ...settings, ...env } });
    child.stdin.on('error', () => undefined).end(input);
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return { code: child.exitCode ?? -1, out, err };
  }
  function file(content: string): string {
    const path = join(place.path, `file-${++number}`);
    writeFileSync(path, content);
    return path;
  }
  const at = (server: FakeDoor) => ['--server', server.url];
  const kept = () => JSON.parse(readFileSync(config, 'utf8')) as Record<string, unknown>;
  const enrolments = () => door.requests.filter((request) => request === 'POST /enrol').length;

  it.each<[string, () => [string[], Record<string, string>, string]]>([
    ['standard input', () => [['--token-file', '-'], {}, `${door.token}\n`]],
    ['a file', () => [['--token-file', file(`${door.token}\n`)], {}, '']],
    ['a file that the environment names', () => [[], { WAYBILL_AGENT_TOKEN_FILE: file(door.token) }, '']],
    ['the environment', () => [[], { WAYBILL_AGENT_TOKEN: door.token }, '']],
  ])('takes the token from %s and keeps it nowhere', async (_, given) => {
    const [args, env, input] = given();
    const told = await enrol([...at(door), ...args], env, input);
    const id = door.computerOf('pc-42');
    const root = fingerprint(toSpki(KEYS.root.privateKey));
    expect(told).toMatchObject({ code: 0, err: '' });
    expect(told.out).toContain(`This computer, pc-42, is now enrolled at ${door.url} as ${id}.\n`);
    expect(told.out).toContain(`It trusts the root key ${root}; compare`);
    expect(told.out).toContain(`The settings are in ${config}.\nNext: start the agent`);
    expect(kept()).toEqual({ server: door.url, state, hostname: 'pc-42' });
    expect(statSync(join(state, 'agent.key')).mode & 0o777).toBe(0o600);
    expect(statSync(state).mode & 0o777).toBe(0o700);
    expect(statSync(config).mode & 0o777).toBe(0o644);
    const written = readdirSync(state, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
    for (const content of [...written, readFileSync(config, 'utf8'), told.out])
      expect(content).not.toContain(door.token);
  });

  it('changes nothing when it is done again, and needs no token then', async () => {
    await enrol(at(door), { WAYBILL_AGENT_TOKEN: door.token });
    const [before, asked] = [readFileSync(config, 'utf8'), enrolments()];
    const told = await enrol([], { WAYBILL_AGENT_TOKEN_FILE: '/nonexistent' });
    expect(told).toMatchObject({ code: 0, err: '' });
    expect(told.out).toContain(`is enrolled at ${door.url} already, as ${door.computerOf('pc-42')}: nothing`);
    expect(told.out).toContain(`${config} stays as it is.`);
    expect(readFileSync(config, 'utf8')).toBe(before);
    expect(enrolments()).toBe(asked);
  });

  it('does not move a computer to another server, and says how that is done', async () => {
    await enrol(at(door), { WAYBILL_AGENT_TOKEN: door.token });
    const before = readFileSync(config, 'utf8');
    const told = await enrol(at(other), { WAYBILL_AGENT_TOKEN: other.token });
    expect(told.code).toBe(1);
    expect(told.err).toContain(`enrolled already, at ${door.url} as ${door.computerOf('pc-42')}`);
    expect(told.err).toContain(`stop the agent and remove ${state}, then enrol again`);
    expect(other.requests).toEqual([]);
    expect(readFileSync(config, 'utf8')).toBe(before);
  });

  it('keeps what the file says already, and adds what it was told', async () => {
    mkdirSync(join(config, '..'), { recursive: true });
    writeFileSync(config, JSON.stringify({ bandwidth: '5MiB', logLevel: 'warn' }), { mode: 0o600 });
    const env = { WAYBILL_AGENT_TOKEN: door.token, WAYBILL_AGENT_ATTRIBUTES: 'department=accounting' };
    expect((await enrol(at(door), env)).code).toBe(0);
    expect(kept()).toEqual({
      bandwidth: '5MiB',
      logLevel: 'warn',
      server: door.url,
      state,
      hostname: 'pc-42',
      attributes: { department: 'accounting' },
    });
    // somebody closed it
    expect(statSync(config).mode & 0o777).toBe(0o600);
    // and the agent needs nothing else
    const agent = AgentProcess.startFrom(config);
    try {
      await eventually(() => expect(existsSync(join(state, 'agent.sock'))).toBe(true), WITHIN);
      const asked = enrolments();
      const told = await enrol([]);
      expect(told).toMatchObject({ code: 0, err: '' });
      expect(told.out).toContain(`already, as ${door.computerOf('pc-42')}: nothing was changed there. Its agent runs.`);
      expect(await enrol(at(other))).toMatchObject({ code: 1, err: expect.stringContaining(`at ${door.url}`) });
      expect(enrolments()).toBe(asked);
      expect(agent.running).toBe(true);
    } finally {
      await agent.kill('SIGKILL');
    }
  });

  it.each<[string, string[], Record<string, string>, string, RegExp]>([
    [
      'a token on the command line',
      ['--token', 'wbe_0123456789abcdef'],
      {},
      '',
      /by --token-file FILE .*not by --token/,
    ],
    ['no token', [], {}, '', /The enrolment token is missing: give --token-file/],
    ['an empty standard input', ['--token-file', '-'], {}, '\n', /from standard input is wrong: it is empty/],
    ['a token that is none', [], { WAYBILL_AGENT_TOKEN: 'short' }, '', /from WAYBILL_AGENT_TOKEN is wrong: an enrol/],
    ['a file that is not there', ['--token-file', '/nonexistent'], {}, '', /--token-file: ENOENT/],
    ['a token that the server refuses', [], { WAYBILL_AGENT_TOKEN: 'wbe_0123456789abcdef' }, '', /did not enrol this/],
    [
      'a proxy with a password, for a file that everybody reads',
      [],
      { WAYBILL_AGENT_PROXY: 'http://agent:secret@proxy.example:3128' },
      '',
      /The proxy is given with a password/,
    ],
    ['an unknown flag', ['--tokn', 'x'], {}, '', /--tokn.*See --help/],
    [
      'a state directory that cannot be',
      ['--state', '/dev/null/x'],
      {},
      '',
      /\/dev\/null\/x cannot be used: .*--state/,
    ],
    [
      'another root key',
      ['--root-key', `sha256:${'0'.repeat(64)}`],
      { WAYBILL_AGENT_TOKEN: 'a-token-of-the-spec' },
      '',
      /no key set that this computer can trust; compare --root-key/,
    ],
  ])('refuses %s in words, and keeps nothing', async (_, args, env, input, words) => {
    const told = await enrol([...at(door), ...args], env, input);
    expect(told).toMatchObject({ code: 1, out: '', err: expect.stringMatching(words) });
    expect(told.err.trim().split('\n')).toHaveLength(1);
    expect(told.err).not.toContain('wbe_');
    expect(existsSync(config)).toBe(false);
  });

  it('asks for the server when nothing names it', async () => {
    expect(await enrol([])).toMatchObject({ code: 1, err: expect.stringContaining('give --server') });
  });

  it('says that it may be tried again when the server does not answer, and succeeds then', async () => {
    door.failures.set('/enrol', [503]);
    const told = await enrol(at(door), { WAYBILL_AGENT_TOKEN: door.token });
    expect(told).toMatchObject({ code: 75, out: '', err: expect.stringContaining('Try again later') });
    expect(existsSync(config)).toBe(false);
    expect((await enrol(at(door), { WAYBILL_AGENT_TOKEN: door.token })).code).toBe(0);
  });

  it.each(['before', 'after'])('is one computer though it was killed %s it wrote down that it is', async (side) => {
    const env = { WAYBILL_AGENT_TOKEN: door.token, WAYBILL_AGENT_HOSTNAME: `killed-${side}` };
    expect((await enrol(at(door), { ...env, WAYBILL_AGENT_CRASH_AT: `${side}:enrolled` })).code).toBe(-1);
    const id = door.computerOf(`killed-${side}`);
    expect(await enrol(at(door), env)).toMatchObject({ code: 0, out: expect.stringContaining(id) });
    expect(kept()).toMatchObject({ server: door.url });
  });

  it('says what is left to do when the settings cannot be written, and does it then', async () => {
    writeFileSync(join(place.path, String(number)), '');
    const named = config;
    state = join(place.path, `state-${number}`);
    const told = await enrol(at(door), { WAYBILL_AGENT_TOKEN: door.token });
    expect(told).toMatchObject({ code: 1, out: '' });
    expect(told.err).toMatch(/is enrolled, but its settings could not be written .*it needs no token/);
    config = join(place.path, `etc-${number}/agent.json`);
    expect(await enrol(at(door))).toMatchObject({ code: 0, err: '' });
    expect(existsSync(named)).toBe(false);
  });

  it('is explained', async () => {
    expect((await enrol(['--help'])).out).toContain('never from the command line');
  });
});
