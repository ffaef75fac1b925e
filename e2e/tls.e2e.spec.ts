import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConnectionOptions } from 'node:tls';
import { makeAuthority } from '../deploy/local/tls/certificates.ts';
import { buildTemplates } from './demo/build-packages.ts';
import { AgentProcess } from './support/agent-process.ts';
import { type E2eStack, startE2eStack } from './support/e2e-stack.ts';
import { publishVersion } from './support/publish.ts';
import { until } from './support/ready.ts';
import type { Execution, Job, Page } from './support/views.ts';

const MINUTES = 60_000;

let stack: E2eStack;
let work: string;
let ca: string;
const agents: AgentProcess[] = [];

beforeAll(async () => {
  stack = await startE2eStack({}, 'e2e', true);
  work = mkdtempSync(join(tmpdir(), 'waybill-tls-'));
  ca = stack.servers.addresses.tls!.ca;
}, 10 * MINUTES);
afterAll(async () => {
  await Promise.all(agents.map((agent) => agent.stop()));
  await stack?.stop();
  rmSync(work, { recursive: true, force: true });
}, MINUTES);

const doors = (): [string, number][] => [
  ['gateway', Number(new URL(stack.services.gatewayUrl).port)],
  ['fleet', Number(new URL(stack.services.fleetUrl).port)],
  ['job-scheduler', Number(new URL(stack.services.process['job-scheduler'].url).port)],
  ['broker', Number(new URL(stack.servers.addresses.brokerUrl).port)],
  ["broker's management", Number(new URL(stack.servers.addresses.managementUrl).port)],
  ['object storage', Number(new URL(stack.servers.addresses.s3.endpoint).port)],
];

/** @returns the protocol agreed upon, or why there was none */
function handshake(port: number, options: ConnectionOptions): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', ca: readFileSync(ca), ...options }, () => {
      resolve(socket.getProtocol() ?? 'none');
      socket.destroy();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

function agentOn(name: string, enrolmentToken: string, caFile: string): AgentProcess {
  const agent = new AgentProcess({
    door: stack.services.fleetUrl,
    enrolmentToken,
    hostname: name,
    directory: join(work, name),
    env: { WAYBILL_AGENT_CA_FILE: caFile },
  });
  agents.push(agent);
  agent.start();
  return agent;
}

const token = async () => (await stack.api.post<{ secret: string }>('/enrolment-tokens', { groups: ['tls'] })).secret;

/** Every file below, with its rights. */
function filesBelow(directory: string): [path: string, mode: string][] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path, (statSync(path).mode & 0o777).toString(8)]);
}

/** The command line of every process of this computer. */
function commandLines(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
      } catch {
        // it has ended meanwhile
        return [];
      }
    });
}

describe('the secrets of a running stack', () => {
  it('are in files for their owner alone', () => {
    const { paths, addresses } = stack.servers;
    const files = filesBelow(paths.keys);
    expect(files.map(([path]) => path)).toEqual(
      expect.arrayContaining([addresses.tokenKeyFile, addresses.tls!.key, stack.services.adminPasswordFile]),
    );
    expect(files.filter(([, mode]) => mode !== '600')).toEqual([]);
    expect((statSync(paths.keys).mode & 0o777).toString(8)).toBe('700');
  });

  it('are on no command line', () => {
    const { settings, adminPassword } = stack.services;
    const passwords = [...Object.values(settings.databaseUrls), ...Object.values(settings.brokerUrls)].map(
      (url) => new URL(url).password,
    );
    const files = filesBelow(stack.servers.paths.keys)
      .filter(([path]) => path.endsWith('.secret'))
      .map(([path]) => readFileSync(path, 'utf8').trim());
    const secrets = [adminPassword, ...passwords, ...files];
    const lines = commandLines();
    expect(lines.some((line) => line.includes('dist/main.js'))).toBe(true);
    expect(lines.filter((line) => secrets.some((secret) => line.includes(secret)))).toEqual([]);
  });
});

describe('a stack that speaks TLS', () => {
  it('says so in every address that it gives', () => {
    const { settings, gatewayUrl, fleetUrl } = stack.services;
    for (const url of [gatewayUrl, fleetUrl, settings.s3.endpoint, settings.brokerManagementUrl])
      expect(url).toMatch(/^https:/);
    for (const url of [settings.agentBrokerUrl, ...Object.values(settings.brokerUrls)]) expect(url).toMatch(/^amqps:/);
  });

  it('agrees on TLS 1.3 and 1.2, and refuses 1.1, at every door', async () => {
    for (const [name, port] of doors()) {
      // OpenSSL would not even ask for 1.1 otherwise
      const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
      expect([name, await handshake(port, {})]).toEqual([name, 'TLSv1.3']);
      expect([name, await handshake(port, { maxVersion: 'TLSv1.2' })]).toEqual([name, 'TLSv1.2']);
      expect([name, await handshake(port, old)]).toEqual([
        name,
        expect.stringMatching(/PROTOCOL_VERSION|ECONNRESET|UNSUPPORTED_PROTOCOL/),
      ]);
    }
  });

  it('is not believed by who trusts another authority or asks for another name', async () => {
    const stranger = (await makeAuthority('stranger')).certificate;
    for (const [name, port] of doors()) {
      expect([name, await handshake(port, { ca: stranger })]).toEqual([
        name,
        expect.stringMatching(/UNABLE_TO_(GET_ISSUER_CERT|VERIFY_LEAF)|SELF_SIGNED_CERT_IN_CHAIN/),
      ]);
      expect(await handshake(port, { servername: 'evil.example' })).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    }
  });

  it('answers nothing to plain HTTP', async () => {
    await expect(fetch(`${stack.services.gatewayUrl.replace('https:', 'http:')}/health/live`)).rejects.toThrow();
  });

  it(
    'brings software to a computer that pins its authority',
    async () => {
      await stack.api.post('/groups', { name: 'tls', kind: 'static' });
      const built = buildTemplates(work);
      const manifest = built.manifest as { package: string; version: string };
      await publishVersion(stack.api, manifest, built.files);
      const agent = agentOn('pc-tls', await token(), ca);
      await until('the computer to be in the group', MINUTES, async () => {
        const { items } = await stack.api.get<Page<{ online: boolean }>>('/groups/tls/members');
        return items.some(({ online }) => online);
      });
      const job = await stack.api.post<Job>('/jobs', {
        package: manifest.package,
        version: manifest.version,
        targets: { groups: ['tls'] },
      });
      const done = await until('the computer to have the templates', 2 * MINUTES, async () => {
        const { items } = await stack.api.get<Page<Execution>>(`/jobs/${job.id}/executions`);
        return items.find(({ computerName, status }) => computerName === 'pc-tls' && status === 'succeeded');
      }).catch((error: unknown) => {
        throw new Error(readFileSync(agent.logFile, 'utf8').slice(-3_000), { cause: error });
      });
      expect(done.attempt).toBe(1);
      expect(readFileSync(join(agent.root, 'srv/acme-templates/README'), 'utf8')).toContain('Acme Ledger');
    },
    4 * MINUTES,
  );

  it(
    'is refused by an agent that pins another authority, before the enrolment token leaves it',
    async () => {
      const other = join(work, 'other-ca.pem');
      writeFileSync(other, (await makeAuthority('stranger')).certificate);
      const agent = agentOn('pc-wary', await token(), other);
      await until('the agent to complain', MINUTES, () =>
        Promise.resolve(/unable to (get|verify)|self.signed/i.test(readFileSync(agent.logFile, 'utf8'))),
      );
      const { items } = await stack.api.get<Page<{ name: string }>>('/computers?limit=1000');
      expect(items.map(({ name }) => name)).not.toContain('pc-wary');
    },
    2 * MINUTES,
  );
});
