import { until } from '../e2e/support/ready.ts';
import type { Job } from '../e2e/support/views.ts';
import { seedComputers } from './seed-computers.ts';
import type { BenchStack } from './bench-stack.ts';
import { type Figure, percentile } from './measure.ts';
import { publishReports } from './reports-load.ts';

const COMPUTERS = 300_000;
const FAILED = 3_000;
const READS = 400;
const LOAD_PER_SECOND = 2_000;

/** `GET /jobs/{id}` and the list of the failed, at 300,000 executions, while reports are coming in. */
export async function read(stack: BenchStack): Promise<Figure[]> {
  const group = `bench-read-${Date.now().toString(36)}`;
  const computerIds = await seedComputers(stack, group, COMPUTERS);
  const version = await stack.publishTinyPackage();
  const job = await stack.api.post<Job>('/jobs', { ...version, targets: { groups: [group] } });
  await until('the executions of 300,000 computers', 300_000, async () => {
    const { counters, status } = await stack.api.get<Job>(`/jobs/${job.id}`);
    return status === 'running' && counters['queued'] === COMPUTERS;
  });
  const load = await stack.impersonator();
  await publishReports({
    ...load,
    jobId: job.id,
    computerIds: computerIds.slice(0, FAILED),
    perComputer: 1,
    lastStatus: 'failed',
  });
  await until(
    'the failures to be stored',
    60_000,
    async () => (await stack.api.get<Job>(`/jobs/${job.id}`)).counters['failed'] === FAILED,
  );

  const stop = new AbortController();
  const background = publishReports({
    ...load,
    jobId: job.id,
    computerIds: computerIds.slice(FAILED, FAILED + 50_000),
    perComputer: 20,
    rate: LOAD_PER_SECOND,
    signal: stop.signal,
  });
  const timed = async (path: string): Promise<number> => {
    const began = performance.now();
    await stack.api.get(path);
    return performance.now() - began;
  };
  const paths = { job: `/jobs/${job.id}`, failed: `/jobs/${job.id}/executions?filter=status==failed&limit=100` };
  for (let i = 0; i < 50; i++) await Promise.all([timed(paths.job), timed(paths.failed)]);
  const jobTimes: number[] = [];
  const failedTimes: number[] = [];
  for (let i = 0; i < READS; i++) {
    jobTimes.push(await timed(paths.job));
    failedTimes.push(await timed(paths.failed));
  }
  stop.abort();
  const sent = await background;
  return [figure('read: GET /jobs/{id} p99', jobTimes, sent), figure('read: failed list p99', failedTimes, sent)];
}

function figure(name: string, times: number[], reports: number): Figure {
  const ours = percentile(times, 0.99);
  const details = {
    p50: percentile(times, 0.5),
    p90: percentile(times, 0.9),
    executions: COMPUTERS,
    reportsMeanwhile: reports,
  };
  return { name, unit: 'ms', ours, target: '< 50 ms under ingest', met: ours < 50, details };
}
