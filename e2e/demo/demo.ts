/**
 * The main job, start to end: register real software, send it to "accounting" at a set moment, watch every computer, remove
 * the cause of the one failure, re-execute what failed; then uninstall it, and let a user install it from the catalogue. Exit code 0 only if
 * each expected status and reason was seen.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { AgentProcess } from '../support/agent-process.ts';
import { Api } from '../support/api.ts';
import { asUser } from '../support/as-user.ts';
import { publishVersion } from '../support/publish.ts';
import { until } from '../support/ready.ts';
import type { Execution, Job, Page } from '../support/views.ts';
import { buildLedger, buildTemplates } from './build-packages.ts';
import { expectExecutions } from './expectations.ts';
import { demoGroup } from './group.ts';
import { followJob } from './live-view.ts';
import { installByUser } from './self-service.ts';
import { demoStack } from './stack.ts';

const ZONE = 'Asia/Tokyo';
const PEOPLE = ['anna', 'ben', 'carla'];
const step = (text: string) => console.log(`\n\u001b[1m▸ ${text}\u001b[0m`);

/** Versions of this run alone: nothing that somebody registered, by hand or in an earlier demo, is taken for them or stands in their way. */
const RUN = Date.now().toString(36);
const LEDGER = { package: 'waybill-demo-ledger', version: `2.4.0+${RUN}` };
const TEMPLATES = { package: 'waybill-demo-templates', version: `1.0.0+${RUN}` };
const HELP = `npm run demo [-- --instance NAME] [--tls]

The main job, start to end, on the running stack of this checkout or on one that it starts (a few seconds once the stack is installed).

  --tls             start the stack with everything over TLS
  --instance NAME   the stack of that name, started when it does not run; default: that of npm start, else one named demo
`;

const options = readOptions();

const work = mkdtempSync(join(tmpdir(), 'waybill-demo-'));
const cleanups: (() => unknown)[] = [() => rmSync(work, { recursive: true, force: true })];
let code = 1;
process.once('SIGINT', () => void finish(130));
process.once('SIGTERM', () => void finish(143));
try {
  await run();
  code = 0;
  console.log('\n\u001b[32mDone: every computer has the status that was expected.\u001b[0m');
} catch (error) {
  console.error(`\n\u001b[31mThe demo failed: ${error instanceof Error ? error.message : String(error)}\u001b[0m`);
  if (error instanceof Error && error.cause) console.error(error.cause);
}
await finish(code);

async function run(): Promise<void> {
  const stack = await demoStack(options);
  cleanups.push(() => stack.stop());
  const api = await Api.login({ server: stack.gateway, password: stack.password });
  const group = await demoGroup(api);

  step('Registering a Debian package and an archive');
  for (const built of [buildLedger(work, LEDGER), buildTemplates(work, TEMPLATES)]) {
    await publishVersion(api, built.manifest as { package: string; version: string }, built.files);
    console.log(`  ${JSON.stringify((built.manifest as { package: string }).package)} published`);
  }

  step(`Enrolling ${PEOPLE.length} computers into the group "${group}"`);
  const token = await api.post<{ secret: string }>('/enrolment-tokens', { groups: [group], maxUses: PEOPLE.length });
  const agents = PEOPLE.map((person, index) => {
    const agent = new AgentProcess({
      door: stack.fleet,
      enrolmentToken: token.secret,
      hostname: `pc-${person}`,
      attributes: { department: 'accounting', demo: 'yes', site: index === 0 ? 'tokyo' : 'osaka' },
      directory: join(work, `pc-${person}`),
      ...(stack.ca && { env: { WAYBILL_AGENT_CA_FILE: stack.ca } }),
    });
    cleanups.push(() => agent.stop());
    return agent;
  });
  const full = fillDisk(agents[2]!);
  agents.forEach((agent) => agent.start());
  const computers = await until('the computers to be online', 120_000, async () => {
    const page = await api.get<Page<{ id: string; name: string; online: boolean }>>(
      `/groups/${encodeURIComponent(group)}/members`,
    );
    return page.items.length === PEOPLE.length && page.items.every((computer) => computer.online) && page.items;
  });
  console.log(`  online: ${computers.map((computer) => computer.name).join(', ')}`);

  const startAt = wallClock(new Date(Date.now() + 10_000), ZONE);
  step(`Creating a job: ${LEDGER.package} ${LEDGER.version} to "${group}" at ${startAt} ${ZONE}`);
  const job = await api.post<Job>('/jobs', {
    name: 'Ledger 2.4 for accounting',
    ...LEDGER,
    targets: { groups: [group] },
    schedule: { startAt, zone: ZONE },
    annotations: { ticket: 'DEMO-1' },
  });
  const early = await api.get<Job>(`/jobs/${job.id}`);
  if (early.status !== 'scheduled')
    throw new Error(`before its start the job should be "scheduled", it is "${early.status}"`);

  await followJob(api, job.id, (seen) => seen.status === 'completed', 120_000);
  const first = await executions(api, job.id);
  expectExecutions(first, {
    'pc-anna': { status: 'succeeded', attempt: 1 },
    'pc-ben': { status: 'succeeded', attempt: 1 },
    'pc-carla': { status: 'rejected', reason: 'requirement.disk', attempt: 1 },
  });
  if (Date.parse(job.schedule.startsAt) > Date.now()) throw new Error('the job ended before its start');
  console.log(`  pc-carla says: ${first.find((e) => e.computerName === 'pc-carla')!.message}`);

  step('Making room on pc-carla, then re-executing what failed');
  full.release();
  const again = await api.post<{ attempt: number; computers: number }>(`/jobs/${job.id}/actions/re-execute`, {
    only: 'failed',
  });
  if (again.computers !== 1) throw new Error(`re-execute should concern 1 computer, it concerns ${again.computers}`);
  await followJob(
    api,
    job.id,
    (seen) => seen.status === 'completed' && seen.counters['succeeded'] === PEOPLE.length,
    120_000,
  );

  step('Sending the archive to the same group, at once');
  const templates = await api.post<Job>('/jobs', { ...TEMPLATES, targets: { groups: [group] } });
  await followJob(api, templates.id, (seen) => seen.status === 'completed', 120_000);
  expectExecutions(
    await executions(api, templates.id),
    Object.fromEntries(PEOPLE.map((p) => [`pc-${p}`, { status: 'succeeded', attempt: 1 }])),
  );

  step('Report');
  const report = await api.raw('GET', `/jobs/${job.id}/report?format=csv`);
  console.log((await report.text()).trimEnd());
  expectExecutions(await executions(api, job.id), {
    'pc-anna': { status: 'succeeded', attempt: 1 },
    'pc-ben': { status: 'succeeded', attempt: 1 },
    'pc-carla': { status: 'succeeded', attempt: 2 },
  });

  step('What dpkg says on each computer');
  for (const agent of agents) {
    const installed = ledgerOn(agent);
    console.log(`  ${agent.options.hostname}: ${installed}`);
    if (!installed.includes(LEDGER.version))
      throw new Error(`dpkg does not list ${LEDGER.package} ${LEDGER.version} on ${agent.options.hostname}`);
    if (!existsSync(join(agent.root, 'srv/acme-templates/invoices/standard.txt'))) {
      throw new Error(`the templates are missing on ${agent.options.hostname}`);
    }
  }

  step('Uninstalling the Debian package everywhere');
  const removal = await api.post<Job>('/jobs', { ...LEDGER, action: 'uninstall', targets: { groups: [group] } });
  await followJob(api, removal.id, (seen) => seen.status === 'completed', 120_000);
  expectExecutions(
    await executions(api, removal.id),
    Object.fromEntries(PEOPLE.map((p) => [`pc-${p}`, { status: 'succeeded', attempt: 1 }])),
  );
  for (const agent of agents)
    if (ledgerOn(agent) !== '') throw new Error(`dpkg still lists ${LEDGER.package} on ${agent.options.hostname}`);

  step('Offering it instead: Anna installs it herself');
  const own = await installByUser(api, agents[0]!, group, LEDGER);
  await followJob(api, own, (seen) => seen.status === 'completed', 120_000);
  expectExecutions(await executions(api, own), { 'pc-anna': { status: 'succeeded', attempt: 1 } });
  console.log(asUser(agents[0]!, 'history').split('\n', 1)[0]!.replace(/^/, '  '));
  if (!ledgerOn(agents[0]!).includes(LEDGER.version)) throw new Error('dpkg does not list what Anna has installed');
}

/** What dpkg says of the package there; empty: it is not installed. */
function ledgerOn(agent: AgentProcess): string {
  const query = [
    '--admindir',
    join(agent.root, 'var/lib/dpkg'),
    '-f',
    '${Package} ${Version} ${db:Status-Abbrev}\\n',
    '-W',
  ];
  const { stdout } = spawnSync('dpkg-query', [...query, LEDGER.package], { encoding: 'utf8' });
  return stdout.trim().endsWith(' ii') ? stdout.trim() : '';
}

function readOptions(): { instance?: string | undefined; tls: boolean } {
  try {
    const { help, ...given } = parseArgs({
      options: {
        help: { type: 'boolean' },
        instance: { type: 'string' },
        tls: { type: 'boolean', default: false },
      },
    }).values;
    if (!help) return given;
    console.log(HELP);
    return process.exit(0);
  } catch (error) {
    console.error(`${(error as Error).message}\n${HELP}`);
    return process.exit(1);
  }
}

async function executions(api: Api, jobId: string): Promise<Execution[]> {
  return (await api.get<Page<Execution>>(`/jobs/${jobId}/executions`)).items;
}

/** A small file system that is nearly full stands for a full disk. */
function fillDisk(agent: AgentProcess): { release(): void } {
  const directory = join(agent.root, 'opt');
  const ballast = join(directory, 'old-backups.bin');
  mkdirSync(directory, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', directory]);
  cleanups.push(() => execFileSync('umount', ['-l', directory]));
  writeFileSync(ballast, Buffer.alloc(14 * 1024 * 1024));
  return { release: () => rmSync(ballast) };
}

/** The moment as a clock on the wall in `zone` shows it, e.g. `2026-09-01T09:00:00`. */
function wallClock(moment: Date, zone: string): string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  return format.format(moment).replace(' ', 'T');
}

async function finish(exitCode: number): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) {
    try {
      await cleanup();
    } catch (error) {
      console.error('while cleaning up:', error instanceof Error ? error.message : error);
    }
  }
  process.exit(exitCode);
}
