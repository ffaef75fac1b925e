import { spawnSync } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import {
  ArtifactStore,
  CorrectedClock,
  detectDeb,
  httpConnections,
  newAttempt,
  NO_LIMIT,
  RootedPaths,
  SqliteJournal,
  Throttle,
} from '@waybill/agent/measured';
import { Client } from 'minio';
import { AgentProcess } from '../e2e/support/agent-process.ts';
import type { BenchStack } from './bench-stack.ts';
import { type Figure, median } from './measure.ts';
import { processorMs, rssMegabytes } from './process-cost.ts';

const MIB = 1024 ** 2;
const DOWNLOAD = 512 * MIB;
const SAMPLES = 3;
const STARTS = 5;
const SETTLE_MS = 20_000;
const IDLE_MS = 60_000;
const STEPS = 3_000;
const PACKAGES = 2_000;

/** What an agent costs its computer: fetching, being there, starting, journaling, looking for a package. */
export async function agent(stack: BenchStack): Promise<Figure[]> {
  // beside the benchmark's own data, not in memory: what is measured writes to a disk
  const directory = mkdtempSync(join(import.meta.dirname, '../.local/bench-agent-'));
  try {
    return [
      await fetching(stack, directory),
      ...(await running(stack, directory)),
      journaling(directory),
      await detecting(directory),
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The same object by the agent's store, and by curl and sha256sum, in turns. */
async function fetching(stack: BenchStack, directory: string): Promise<Figure> {
  const client = new Client(stack.storage);
  const [object, hash] = ['bench/agent.bin', createHash('sha256')];
  const block = randomBytes(MIB);
  const blocks = function* () {
    for (let n = 0; n < DOWNLOAD / MIB; n++) {
      block.writeUInt32BE(n);
      hash.update(block);
      yield Buffer.from(block);
    }
  };
  await client.putObject(stack.storage.bucket, object, Readable.from(blocks()), DOWNLOAD);
  const url = await client.presignedGetObject(stack.storage.bucket, object, 3_600);
  const sha256 = hash.digest('hex');
  const [ours, floor]: [number[], number[]] = [[], []];
  for (let sample = 0; sample < SAMPLES; sample++) {
    floor.push(throughCurl(url, join(directory, 'curl.bin'), sha256));
    ours.push(await throughStore(url, join(directory, `store-${sample}`), sha256));
  }
  await client.removeObject(stack.storage.bucket, object);
  return {
    name: `agent: fetch and verify ${DOWNLOAD / MIB} MiB`,
    unit: 'MB/s',
    ours: median(ours),
    floor: median(floor),
    target: '≥ 80 % of curl and sha256sum',
    met: median(ours) >= 0.8 * median(floor),
    details: { worst: Math.min(...ours), best: Math.max(...ours), samples: SAMPLES },
  };
}

const rate = (began: number): number => DOWNLOAD / MIB / ((performance.now() - began) / 1000);

function throughCurl(url: string, file: string, sha256: string): number {
  const began = performance.now();
  run('curl', ['-sS', '-f', '-o', file, url]);
  // as the agent does before it trusts the name of a file
  const handle = openSync(file, 'r');
  fsyncSync(handle);
  closeSync(handle);
  const sum = run('sha256sum', [file]);
  if (!sum.startsWith(sha256)) throw new Error('curl fetched something else');
  const reached = rate(began);
  rmSync(file);
  return reached;
}

async function throughStore(url: string, directory: string, sha256: string): Promise<number> {
  mkdirSync(directory);
  const clock = new CorrectedClock();
  const connections = httpConnections();
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const ticket = () => Promise.resolve({ url, size: DOWNLOAD, expiresAt });
  const store = new ArtifactStore({ directory, ticket, clock, connections, throttle: new Throttle(NO_LIMIT, clock) });
  const began = performance.now();
  await store.ensure({ sha256, size: DOWNLOAD }, new AbortController().signal);
  const reached = rate(began);
  connections.http.destroy();
  rmSync(directory, { recursive: true });
  return reached;
}

function run(program: string, args: string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
  return stdout;
}

/** A real agent, connected and with nothing to do. */
async function running(stack: BenchStack, directory: string): Promise<Figure[]> {
  const group = `bench-agent-${Date.now().toString(36)}`;
  await stack.api.post('/groups', { name: group, kind: 'static' });
  const token = await stack.api.post<{ secret: string }>('/enrolment-tokens', { groups: [group], maxUses: 1 });
  const computer = new AgentProcess({
    door: stack.fleet,
    enrolmentToken: token.secret,
    hostname: group,
    directory,
    env: { WAYBILL_AGENT_LOG_LEVEL: 'info' },
  });
  const connections = () => readFileSync(computer.logFile, 'utf8').split('"msg":"connected"').length - 1;
  const connect = async (nth: number) => {
    const began = performance.now();
    computer.start();
    while (connections() < nth) {
      if (performance.now() - began > 60_000) throw new Error(`the agent does not connect, see ${computer.logFile}`);
      await delay(5);
    }
    return performance.now() - began;
  };
  try {
    await connect(1);
    const starts: number[] = [];
    for (let nth = 2; nth <= STARTS + 1; nth++) {
      await computer.stop();
      starts.push(await connect(nth));
    }
    await delay(SETTLE_MS);
    const before = processorMs(computer.pid!);
    await delay(IDLE_MS);
    const busy = ((processorMs(computer.pid!) - before) / IDLE_MS) * 100;
    const rss = rssMegabytes(computer.pid!);
    return [
      absolute('agent: start to connected', 'ms', median(starts), 1_500, { worst: Math.max(...starts) }),
      absolute('agent: memory when idle', 'MB', rss, 90),
      absolute('agent: processor when idle', '%', busy, 0.1),
    ];
  } finally {
    await computer.stop();
  }
}

function absolute(
  name: string,
  unit: Figure['unit'],
  ours: number,
  limit: number,
  details?: Figure['details'],
): Figure {
  return { name, unit, ours, target: `≤ ${limit.toLocaleString('en-US')} ${unit}`, met: ours <= limit, details };
}

/** Steps as the agent journals them, each on disk when the call returns; the floor brings as many blocks of 4 KiB to disk, one after the other. */
function journaling(directory: string): Figure {
  const journal = new SqliteJournal(join(directory, 'bench.sqlite'));
  // of the command only what the journal has columns for
  const command = { jobId: randomUUID(), run: 1, attempt: 1, expiresAt: new Date().toISOString() };
  const record = newAttempt(command as Parameters<typeof newAttempt>[0], new Date().toISOString());
  journal.insertAttempt(record);
  const step = (n: number) => ({
    name: `step-${n % 20}`,
    // what is as it was would not be written
    startedAt: new Date(n).toISOString(),
    finishedAt: null,
    ok: null,
    detail: null,
    exitCode: null,
    process: null,
  });
  let began = performance.now();
  for (let n = 0; n < STEPS; n++) journal.transact('bench', () => journal.putStep(record, step(n)));
  const ours = STEPS / ((performance.now() - began) / 1000);
  journal.close();
  const file = openSync(join(directory, 'floor'), 'w');
  const block = randomBytes(4_096);
  began = performance.now();
  for (let n = 0; n < STEPS; n++) {
    writeSync(file, block);
    fsyncSync(file);
  }
  const floor = STEPS / ((performance.now() - began) / 1000);
  closeSync(file);
  return {
    name: 'agent: journaled steps',
    unit: 'steps/s',
    ours,
    floor,
    target: '≥ 1,000 steps/s',
    met: ours >= 1_000,
  };
}

/** One package among many; the floor is dpkg-query asked in the same way, bare. */
async function detecting(directory: string): Promise<Figure> {
  const root = join(directory, 'many');
  const admin = join(root, 'var/lib/dpkg');
  mkdirSync(join(admin, 'info'), { recursive: true });
  const entry = (n: number) =>
    `Package: bench-${n}\nStatus: install ok installed\nPriority: optional\nSection: misc\nMaintainer: Acme <a@acme.example>\n` +
    `Architecture: amd64\nVersion: 1.${n}\nDepends: libc6 (>= 2.36)\nDescription: one of many\n ${'It does something. '.repeat(15)}\n`;
  writeFileSync(join(admin, 'status'), Array.from({ length: PACKAGES }, (_, n) => entry(n)).join('\n'));
  const [ours, floor]: [number[], number[]] = [[], []];
  for (let sample = 0; sample < 21; sample++) {
    const name = `bench-${sample * 90}`;
    let began = performance.now();
    run('dpkg-query', [`--admindir=${admin}`, '--show', '--', name]);
    floor.push(performance.now() - began);
    began = performance.now();
    const finding = await detectDeb({ package: name }, new RootedPaths(root));
    ours.push(performance.now() - began);
    if (finding.presence !== 'present') throw new Error(finding.evidence);
  }
  return {
    name: `agent: find a .deb among ${PACKAGES.toLocaleString('en-US')}`,
    unit: 'ms',
    ours: median(ours),
    floor: median(floor),
    target: '< 20 ms',
    met: median(ours) < 20,
  };
}
