import 'reflect-metadata';
import { execFile, execFileSync } from 'node:child_process';
import { KeyObject, webcrypto } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer as createTcp, type Server } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';
import { temporary } from '../../spec/packages.js';
import { loadOrCreateAgentKey } from '../identity/agent-key.js';
import { SqliteJournal } from '../journal/sqlite-journal.js';
import { AGENT_VERSION } from '../version.js';
import { type NamedResult, runChecks } from './run-checks.js';

const MAIN = join(import.meta.dirname, '../../dist/main.js');
const DAY_MS = 86_400_000;

interface Told {
  code: number;
  ok: boolean;
  of(check: string): NamedResult;
}

/** A certificate that vouches for itself. */
async function certificate(name: string, from: number, until: number) {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const extensions = [new SubjectAlternativeNameExtension([{ type: 'dns', value: name }])];
  const [notBefore, notAfter] = [new Date(Date.now() + from), new Date(Date.now() + until)];
  const made = { name: `CN=${name}`, keys, signingAlgorithm: algorithm, extensions, notBefore, notAfter };
  const cert = (await X509CertificateGenerator.createSelfSigned(made, webcrypto)).toString('pem');
  return { cert, key: KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }) };
}

describe('waybill-agent doctor', () => {
  const place = temporary('doctor');
  const servers: Server[] = [];
  let state: string;
  let number = 0;
  beforeEach(() => (state = join(place.path, `state-${++number}`)));
  afterAll(() => {
    for (const server of servers) server.close();
    place.dispose();
  });

  async function listen(server: Server): Promise<number> {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }
  const unauthorized: RequestListener = (_, answer) => answer.writeHead(401).end();

  /** The real program, from the build. */
  function doctor(server: string, env: Record<string, string> = {}): Promise<Told> {
    const settings = { PATH: '/usr/bin:/bin', WAYBILL_AGENT_STATE: state, WAYBILL_AGENT_CONFIG: file('{}'), ...env };
    return new Promise((resolve, reject) => {
      execFile(
        process.execPath,
        [MAIN, 'doctor', '--json', '--server', server],
        { env: settings },
        (error, out, err) => {
          if (out === '') return reject(new Error(err));
          const { ok, checks } = JSON.parse(out) as { ok: boolean; checks: NamedResult[] };
          const of = (name: string) => checks.find(({ check }) => check === name)!;
          resolve({ code: Number(error?.code ?? 0), ok, of });
        },
      );
    });
  }
  function file(content: string): string {
    const path = join(place.path, `file-${++number}`);
    writeFileSync(path, content);
    return path;
  }
  async function secure(name: string, from: number, until: number) {
    const made = await certificate(name, from, until);
    return { port: await listen(createHttps(made, unauthorized)), ca: file(made.cert) };
  }

  it('finds a name that does not exist, and goes on with what needs none', async () => {
    const told = await doctor('https://fleet.invalid');
    expect(told).toMatchObject({ code: 1, ok: false });
    expect(told.of('name')).toMatchObject({ verdict: 'failed', found: expect.stringContaining('fleet.invalid') });
    expect(told.of('tls').verdict).toBe('skipped');
    expect(told.of('disk').verdict).toBe('ok');
  });

  it('finds a port at which nobody listens', async () => {
    const told = await doctor('http://127.0.0.1:9');
    expect(told.of('server')).toMatchObject({ verdict: 'failed', advice: expect.stringContaining('Nobody listens') });
    expect(told.of('clock').verdict).toBe('skipped');
  });

  it('finds a server that is no agent door', async () => {
    const port = await listen(createHttp((_, answer) => answer.writeHead(404).end()));
    const told = await doctor(`http://127.0.0.1:${port}`);
    expect(told.of('server')).toMatchObject({ verdict: 'failed', found: expect.stringContaining('HTTP 404') });
  });

  it('finds a server that takes the connection and never answers', async () => {
    const told = await doctor(`http://127.0.0.1:${await listen(createTcp())}`);
    expect(told.of('server')).toMatchObject({ verdict: 'failed', found: expect.stringContaining('nothing was heard') });
    expect(told.of('disk').verdict).toBe('ok');
  }, 60_000);

  it.each<[string, string, number, number, boolean, RegExp]>([
    ['that nobody vouches for', 'localhost', -DAY_MS, 90 * DAY_MS, false, /None of the authorities that Node/],
    ['for another name', 'other.example', -DAY_MS, 90 * DAY_MS, true, /is for another name/],
    ['that has expired', 'localhost', -2 * DAY_MS, -DAY_MS, true, /has expired/],
    ['that is not valid yet', 'localhost', DAY_MS, 2 * DAY_MS, true, /is not valid yet/],
    ['that ends in a few days', 'localhost', -DAY_MS, 2 * DAY_MS, true, /ends on 20/],
  ])('finds a certificate %s', async (_, name, from, until, believed, sentence) => {
    const { port, ca } = await secure(name, from, until);
    const told = await doctor(`https://localhost:${port}`, believed ? { WAYBILL_AGENT_CA_FILE: ca } : {});
    expect(told.of('tls')).toMatchObject({ verdict: 'failed', found: expect.stringMatching(sentence) });
    expect(told.of('server').verdict).toBe('ok');
  });

  it('finds that the pinned authority is another one', async () => {
    const { port } = await secure('localhost', -DAY_MS, 90 * DAY_MS);
    const { ca } = await secure('localhost', -DAY_MS, 90 * DAY_MS);
    const told = await doctor(`https://localhost:${port}`, { WAYBILL_AGENT_CA_FILE: ca });
    expect(told.of('tls')).toMatchObject({
      verdict: 'failed',
      found: expect.stringContaining('WAYBILL_AGENT_CA_FILE'),
    });
  });

  it('believes a certificate that is right', async () => {
    const { port, ca } = await secure('localhost', -DAY_MS, 90 * DAY_MS);
    const told = await doctor(`https://localhost:${port}`, { WAYBILL_AGENT_CA_FILE: ca });
    for (const check of ['name', 'server', 'tls', 'clock']) expect(told.of(check)).toMatchObject({ verdict: 'ok' });
  });

  it.each([
    [600_000, /(5[5-9]|6[0-4])\d s behind/],
    [-600_000, /(5[5-9]|6[0-4])\d s ahead/],
  ])('finds a clock that is %d ms off', async (offset, sentence) => {
    const date = () => new Date(Date.now() + offset).toUTCString();
    const port = await listen(createHttp((_, answer) => answer.writeHead(401, { date: date() }).end()));
    const told = await doctor(`http://127.0.0.1:${port}`);
    expect(told.of('clock')).toMatchObject({ verdict: 'failed', found: expect.stringMatching(sentence) });
  });

  it('finds a setting that is wrong, and still looks at this computer', async () => {
    const told = await doctor('http://127.0.0.1:9', { WAYBILL_AGENT_LOG_LEVEL: 'loud' });
    expect(told.of('configuration')).toMatchObject({ verdict: 'failed', found: expect.stringContaining('LOG_LEVEL') });
    expect(told.of('agent').verdict).toBe('failed');
  });

  it('finds a key that others may read, and does not mend it in silence', async () => {
    loadOrCreateAgentKey(state);
    chmodSync(join(state, 'agent.key'), 0o644);
    const finding = {
      verdict: 'failed',
      found: expect.stringContaining('mode 0644') as string,
      advice: expect.stringMatching(/chmod 600 .*enrol it anew/) as string,
    };
    expect((await doctor('http://127.0.0.1:9')).of('permissions')).toMatchObject(finding);
    expect((await doctor('http://127.0.0.1:9')).of('permissions')).toMatchObject(finding);
    chmodSync(join(state, 'agent.key'), 0o600);
    expect((await doctor('http://127.0.0.1:9')).of('permissions').verdict).toBe('ok');
    chmodSync(state, 0o755);
    expect((await doctor('http://127.0.0.1:9')).of('permissions').advice).toContain('chmod 710');
  });

  it('finds a journal that is damaged, one of a newer agent, and one that nobody answers for', async () => {
    mkdirSync(state, { mode: 0o700 });
    const path = join(state, 'journal.sqlite');
    writeFileSync(path, 'x'.repeat(8192));
    const damaged = await doctor('http://127.0.0.1:9');
    expect(damaged.of('journal')).toMatchObject({ verdict: 'failed' });
    expect(damaged.of('enrolment')).toMatchObject({ verdict: 'skipped' });
    writeFileSync(path, '');
    const journal = new SqliteJournal(path);
    try {
      const told = await doctor('http://127.0.0.1:9');
      expect(told.of('journal').found).toContain('does not answer');
      expect(told.of('enrolment').verdict).toBe('skipped');
      expect(told.of('agent')).toMatchObject({
        verdict: 'failed',
        found: expect.stringContaining('No agent is running'),
      });
    } finally {
      journal.close();
    }
    const told = await doctor('http://127.0.0.1:9');
    expect(told.of('journal').verdict).toBe('ok');
    expect(told.of('enrolment')).toMatchObject({
      verdict: 'failed',
      advice: expect.stringContaining('waybill-agent enrol'),
    });
    const newer = new DatabaseSync(path);
    newer.exec('PRAGMA user_version = 999');
    newer.close();
    expect((await doctor('http://127.0.0.1:9')).of('journal').found).toContain('newer agent');
  });

  const isRoot = process.getuid?.() === 0;
  (isRoot ? it : it.skip)('finds a disk that is nearly full, and one that is read-only (needs root)', async () => {
    mkdirSync(state);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', state]);
    try {
      expect((await doctor('http://127.0.0.1:9')).of('disk').found).toMatch(/state directory .* has \d MiB left/);
      execFileSync('mount', ['-o', 'remount,ro,size=200m', state]);
      expect((await doctor('http://127.0.0.1:9')).of('disk').found).toContain('mounted read-only');
    } finally {
      execFileSync('umount', [state]);
    }
  });

  it('is explained, and so is the version', () => {
    const say = (...args: string[]) => execFileSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
    expect(say('doctor', '--help')).toContain('Exit code: 0');
    expect(say('--version')).toBe(`${AGENT_VERSION}\n`);
  });

  it('gives every check its time, and survives one that breaks', async () => {
    const never = { name: 'never', run: () => new Promise<never>(() => undefined) };
    const breaks = { name: 'breaks', run: () => Promise.reject(new Error('oops')) };
    const fine = { name: 'fine', run: () => ({ verdict: 'ok' as const, found: 'Yes.', advice: null }) };
    expect(await runChecks([never, breaks, fine], 20)).toMatchObject([
      { check: 'never', verdict: 'failed', found: expect.stringContaining('No answer') },
      { check: 'breaks', verdict: 'failed', found: expect.stringContaining('oops') },
      { check: 'fine', verdict: 'ok' },
    ]);
  });
});
