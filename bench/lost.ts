import { setTimeout as wait } from 'node:timers/promises';
import type { Job } from '../e2e/support/views.ts';
import type { BenchStack } from './bench-stack.ts';
import type { Figure } from './measure.ts';
import { simulatedGroup } from './simulated-group.ts';

const AGENTS = 4_000;
/** far enough ahead that the job is stored before it starts */
const LEAD_MS = 3_000;
const OUTAGE_MS = 20_000;
/** How long before the start the broker goes. */
const BEFORE_START_MS = 1_000;
/** Who has not acted by then never got its command. */
const PATIENCE_MS = 300_000;

/**
 * Computers that never got their command: after kill -9 of job-scheduler in the middle of a dispatch, and after 20 s without the broker
 * during a start. Who acted had its command; and nobody may act twice.
 */
export async function lost(stack: BenchStack): Promise<Figure[]> {
  const broker = stack.brokerProcess;
  if (!broker) throw new Error('the broker is not a private one of the benchmark, so it cannot be killed');
  const acted = new Map<string, Map<string, number>>();
  const { group, fleet } = await simulatedGroup(stack, AGENTS, {
    onFinished: ({ agent, record }) => {
      const ofJob = acted.get(record.jobId) ?? new Map<string, number>();
      acted.set(record.jobId, ofJob.set(agent.computerId, (ofJob.get(agent.computerId) ?? 0) + 1));
    },
  });

  async function measure(
    name: string,
    peer: string,
    harm: (job: Job, startAt: number) => Promise<void>,
  ): Promise<Figure> {
    const version = await stack.publishTinyPackage();
    const startAt = Date.now() + LEAD_MS;
    const schedule = { startAt: new Date(startAt).toISOString() };
    const job = await stack.api.post<Job>('/jobs', { ...version, targets: { groups: [group] }, schedule });
    await harm(job, startAt);
    const has = (): number => acted.get(job.id)?.size ?? 0;
    while (has() < AGENTS && Date.now() < startAt + PATIENCE_MS) await wait(100);
    const last = (Date.now() - startAt) / 1000;
    const twice = [...(acted.get(job.id)?.values() ?? [])].filter((times) => times > 1).length;
    const ours = AGENTS - has();
    const details = { 'the best open peer lost': peer, 'acted twice': twice, 'start to last, s': last };
    return { name, unit: 'computers', ours, target: '0', met: ours === 0 && twice === 0, details };
  }

  try {
    return [
      await measure('lost: scheduler killed in the middle of a dispatch', '489 of 5,000', async (job) => {
        // Its start is decided and stored; the commands are just leaving.
        while ((await stack.api.get<Job>(`/jobs/${job.id}`)).status === 'scheduled') await wait(2);
        await stack.killService('job-scheduler');
        await stack.startService('job-scheduler');
      }),
      await measure('lost: 20 s without the broker during a start', '3,475 of 5,000', async (_, startAt) => {
        await wait(startAt - BEFORE_START_MS - Date.now());
        await broker.kill();
        await wait(OUTAGE_MS);
        await broker.start();
      }),
    ];
  } finally {
    await fleet.stop();
  }
}
