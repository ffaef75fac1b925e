import { type SimulatedFleet, startFleet } from '@waybill/agent/simulator';
import { eventually } from '@waybill/testing';
import { type E2eStack, startE2eStack } from './support/e2e-stack.ts';
import { schedulerClock } from './support/scheduler-clock.ts';
import { publishTinyPackage } from './support/tiny-package.ts';
import type { Execution, Job, Page } from './support/views.ts';

const MINUTES = 60_000;
const WITHIN = { timeoutMs: 2 * MINUTES };
const AGENTS = 20;
/** Always ahead of the clock of this computer, by which agents judge whether a command has expired. */
const YEAR = new Date().getUTCFullYear() + 1;
const DAY_MS = 86_400_000;

interface Run extends Job {
  series: { id: string; number: number; of: number };
  statusReason: string | null;
}

/** Every Friday at nine in Berlin from the first of March on; the clocks there are set forward on the last Sunday of March. */
describe('a job that recurs, through a month', () => {
  let stack: E2eStack;
  let fleet: SimulatedFleet;
  let setClock: (to: Date) => Promise<void>;
  let first: Run;
  /** commands by job and computer */
  const heard = new Map<string, number>();

  beforeAll(async () => {
    stack = await startE2eStack();
    setClock = await schedulerClock(stack);
    await setClock(new Date(Date.UTC(YEAR, 2, 1)));
    await stack.api.post('/groups', { name: 'berlin', kind: 'static' });
    const { secret } = await stack.api.post<{ secret: string }>('/enrolment-tokens', {
      groups: ['berlin'],
      maxUses: AGENTS,
    });
    fleet = startFleet({
      server: stack.services.fleetUrl,
      token: secret,
      agents: AGENTS,
      onCommand: ({ agent, command }) => {
        if (command.kind !== 'execute') return;
        const key = `${command.jobId} ${agent.computerId}`;
        heard.set(key, (heard.get(key) ?? 0) + 1);
      },
    });
    await fleet.subscribed;
    await publishTinyPackage(stack.api, 'patches');
    first = await stack.api.post<Run>('/jobs', {
      package: 'patches',
      version: '1.0.0',
      targets: { groups: ['berlin'] },
      schedule: {
        startAt: `${firstFriday().toISOString().slice(0, 10)}T09:00:00`,
        zone: 'Europe/Berlin',
        recurrence: 'FREQ=WEEKLY;BYDAY=FR;COUNT=6',
      },
    });
  }, 10 * MINUTES);

  afterAll(async () => {
    await fleet?.stop();
    await stack?.stop();
  }, MINUTES);

  const runs = async () => {
    const { items } = await stack.api.get<Page<Run>>(`/jobs?filter=series==${first.id}&sort=startsAt`);
    return items;
  };
  const becomes = (...expected: string[]) =>
    eventually(async () => {
      expect((await runs()).map(({ series, status }) => `${series.number} ${status}`)).toEqual(expected);
    }, WITHIN);
  const run = async (number: number) => (await runs())[number - 1]!;
  /** The moment at which the next run is due. */
  const due = async () => new Date((await runs()).at(-1)!.schedule.startsAt);
  const everybodySucceeded = async (number: number) => {
    const { id } = await run(number);
    const { items } = await stack.api.get<Page<Execution>>(`/jobs/${id}/executions?limit=100`);
    expect(items.map(({ status }) => status)).toEqual(Array(AGENTS).fill('succeeded'));
    for (const { computerId } of items) expect(heard.get(`${id} ${computerId}`)).toBe(1);
  };

  it(
    'each run reaches each computer once, at nine there also after the clocks are changed; what is not finished is not doubled, what is missed is told',
    async () => {
      await becomes('1 scheduled');
      await setClock(await due());
      await becomes('1 completed', '2 scheduled');
      await everybodySucceeded(1);

      // a computer is off when the second run is due, and still when the third is
      const [away] = fleet.agents;
      await fleet.kill([away!]);
      await setClock(await due());
      await becomes('1 completed', '2 running', '3 scheduled');
      await setClock(await due());
      await becomes('1 completed', '2 running', '3 canceled', '4 scheduled');
      expect((await run(3)).statusReason).toContain('had not finished, it was running');
      await away!.start();
      await becomes('1 completed', '2 completed', '3 canceled', '4 scheduled');
      await everybodySucceeded(2);

      // nobody is there when the fourth run and the fifth are due
      const fourth = await due();
      await stack.services.process['job-scheduler'].kill();
      await setClock(new Date(fourth.getTime() + 7.5 * DAY_MS));
      await stack.services.process['job-scheduler'].start();
      await becomes('1 completed', '2 completed', '3 canceled', '4 canceled', '5 completed', '6 scheduled');
      expect((await run(4)).statusReason).toContain('Run 4 was missed');
      await everybodySucceeded(5);

      await setClock(await due());
      await becomes('1 completed', '2 completed', '3 canceled', '4 canceled', '5 completed', '6 completed');
      await everybodySucceeded(6);

      const starts = (await runs()).map(({ schedule }) => schedule.startsAt);
      expect(starts.map(hourInBerlin)).toEqual(Array(6).fill('09'));
      expect(new Set(starts.map((start) => start.slice(11, 16)))).toEqual(new Set(['08:00', '07:00']));
      for (const number of [3, 4]) {
        const { id } = await run(number);
        expect([...heard.keys()].filter((key) => key.startsWith(id))).toEqual([]);
      }
    },
    10 * MINUTES,
  );
});

function firstFriday(): Date {
  const [first] = Array.from({ length: 7 }, (_, i) => new Date(Date.UTC(YEAR, 2, i + 1))).filter(
    (day) => day.getUTCDay() === 5,
  );
  return first!;
}

function hourInBerlin(moment: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Berlin', hour: '2-digit', hour12: false }).format(
    new Date(moment),
  );
}
