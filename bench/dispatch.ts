import type { BenchStack } from './bench-stack.ts';
import { dispatchFloorInChild } from './floor/dispatch-floor-process.ts';
import { type Figure, median } from './measure.ts';
import { simulatedGroup } from './simulated-group.ts';
import type { Job } from '../e2e/support/views.ts';

const REPETITIONS = 5;
/** as large as a command with a small manifest */
const COMMAND_BYTES = 1_500;
/** far enough ahead that the job is stored before it starts */
const LEAD_MS = 1_500;
/**
 * The simulated computers begin their work, and their reports, this long after the command: they share two cores and one process, and what
 * the first of them do would else stand in the way of what the last of them receive. The floor's consumers do no work either; `round-trip`
 * measures the work, and one more figure of 4,000 is measured without this delay.
 */
const WORK_MS = 4_000;

/** From the moment a job starts to the moment the last of its agents has the command. */
export async function dispatch(stack: BenchStack): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const agents of [1_000, 4_000]) figures.push(await dispatchTo(stack, agents, WORK_MS));
  figures.push(await dispatchTo(stack, 4_000, 0));
  return figures;
}

/** @param workMs after which the agents begin their work */
async function dispatchTo(stack: BenchStack, agents: number, workMs: number): Promise<Figure> {
  const floors = await floorOf(stack, agents);
  let received = 0;
  let last: ((at: number) => void) | undefined;
  const { group, fleet } = await simulatedGroup(stack, agents, {
    ...(workMs > 0 && { delay: { requirements: { min: workMs, max: workMs } }, coalesceMs: workMs }),
    onCommand: ({ command }) => {
      if (command.kind === 'execute' && ++received === agents) last?.(Date.now());
    },
  });
  const times: number[] = [];
  try {
    const version = await stack.publishTinyPackage();
    for (let i = 0; i < REPETITIONS; i++) {
      received = 0;
      const all = new Promise<number>((resolve) => (last = resolve));
      const startAt = new Date(Date.now() + LEAD_MS).toISOString();
      const job = await stack.api.post<Job>('/jobs', {
        ...version,
        targets: { groups: [group] },
        schedule: { startAt },
      });
      times.push((await all) - Date.parse(startAt));
      await settled(stack, job.id, agents);
    }
  } finally {
    await fleet.stop();
  }
  // Once more: the machine is shared, and what it is busy with changes within a minute.
  floors.push(...(await floorOf(stack, agents)));
  const ours = median(times);
  const floor = median(floors);
  const limit = 1.5 * floor + 250;
  return {
    name: `dispatch ${agents.toLocaleString('en-US')}${workMs > 0 ? '' : ', agents at work at once'}`,
    unit: 'ms',
    ours,
    floor,
    target: '≤ 1.5 × floor + 250 ms',
    met: ours <= limit,
    details: { limit, best: Math.min(...times), worst: Math.max(...times) },
  };
}

function floorOf(stack: BenchStack, consumers: number): Promise<number[]> {
  return dispatchFloorInChild({
    brokerUrl: stack.brokerAdminUrl,
    vhost: stack.agentsVhost,
    consumers,
    bytes: COMMAND_BYTES,
    repetitions: REPETITIONS,
  });
}

async function settled(stack: BenchStack, jobId: string, agents: number): Promise<void> {
  while ((await stack.succeeded(jobId)) < agents) await new Promise((resolve) => setTimeout(resolve, 200));
}
