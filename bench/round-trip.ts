import { readFileSync } from 'node:fs';
import { until } from '../e2e/support/ready.ts';
import type { Job } from '../e2e/support/views.ts';
import type { BenchStack } from './bench-stack.ts';
import { type Figure, median, percentile } from './measure.ts';
import { simulatedGroup } from './simulated-group.ts';

const AGENTS = 4_000;
const REPETITIONS = 3;
const REPORTS = 'reports.status';
const SERVICES = ['gateway', 'fleet', 'package', 'job-scheduler', 'result'] as const;
/** A tenth of what the strongest open peer needs for 5,000 devices (34 s), for 4,000. */
const TARGET_S = 2.7;

/** Each step takes so long (milliseconds) that its report cannot wait for the next one: the peer's devices sent three each. */
const STEP = { min: 200, max: 400 };

/** From start to all executions final, with every agent reporting each step; job status is asked meanwhile. */
export async function roundTrip(stack: BenchStack): Promise<Figure[]> {
  const { group, fleet } = await simulatedGroup(stack, AGENTS, {
    delay: { download: STEP, install: STEP },
    coalesceMs: 0,
  });
  const seconds: number[] = [];
  const reads: number[] = [];
  const published = await stack.broker.published(stack.agentsVhost, REPORTS);
  let cpu = 0;
  try {
    for (let i = 0; i < REPETITIONS; i++) {
      const version = await stack.publishTinyPackage();
      const startAt = Date.now() + 1_500;
      const job = await stack.api.post<Job>('/jobs', {
        ...version,
        targets: { groups: [group] },
        schedule: { startAt: new Date(startAt).toISOString() },
      });
      const cpuBefore = cpuSeconds(stack);
      await until('all executions to be final', 120_000, async () => {
        const began = performance.now();
        const { counters } = await stack.api.get<Job>(`/jobs/${job.id}`);
        reads.push(performance.now() - began);
        return counters['succeeded'] === AGENTS;
      });
      seconds.push((Date.now() - startAt) / 1000);
      cpu = cpuSeconds(stack) - cpuBefore;
    }
  } finally {
    await fleet.stop();
  }
  const reports = (await stack.broker.published(stack.agentsVhost, REPORTS)) - published;
  const ours = median(seconds);
  const details = {
    worst: Math.max(...seconds),
    'reports per agent': reports / (AGENTS * REPETITIONS),
    'CPU s per 1,000 (five services only, no servers, no agents)': cpu / (AGENTS / 1_000),
    'job status p99 ms meanwhile': percentile(reads, 0.99),
  };
  return [
    {
      name: 'round-trip 4,000',
      unit: 's',
      ours,
      target: `≤ ${TARGET_S} s (a tenth of the best open peer)`,
      met: ours <= TARGET_S,
      details,
    },
  ];
}

/** user and system time of the five services so far; 100 ticks are a second */
function cpuSeconds(stack: BenchStack): number {
  const ticks = SERVICES.map((service) => {
    const stat = readFileSync(`/proc/${stack.pidOf(service)}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(fields[11]) + Number(fields[12]);
  });
  return ticks.reduce((sum, value) => sum + value, 0) / 100;
}
