import fc from 'fast-check';
import { aJob, at } from '../jobs/a-job.fixture.spec.js';
import type { Job } from '../jobs/job.js';
import { decideRun } from './decide-run.js';
import { dueAt, type Recurrence } from './recurrence.js';

const HOUR = 3_600;
const RUNS = 8;
/** Every six hours from NOW on. */
const RECURRENCE: Recurrence = {
  rule: 'FREQ=DAILY;BYHOUR=0,6,12,18;COUNT=8',
  zone: 'UTC',
  runs: Array.from({ length: RUNS }, (_, i) =>
    at(i * 6 * HOUR)
      .toISOString()
      .slice(0, 19),
  ),
  installAfterMs: null,
  expiresAfterMs: null,
};
const OVER = ['completed', 'canceled', 'expired'];

/** How long the scheduler sleeps before it looks again, and how long a run takes, in hours. */
const anyStory = fc.record({
  naps: fc.array(fc.double({ min: 0.01, max: 20, noNaN: true }), { minLength: 5, maxLength: 200, size: 'max' }),
  lengths: fc.array(fc.double({ min: 0, max: 15, noNaN: true }), { minLength: RUNS, maxLength: RUNS }),
});

interface Ran {
  number: number;
  from: number;
  to: number;
}

/** What a month of naps makes of a recurring job. */
function live({ naps, lengths }: { naps: number[]; lengths: number[] }): { jobs: Job[]; ran: Ran[] } {
  const jobs: Job[] = [aJob({ series: { id: aJob().id, number: 1, of: RUNS, recurrence: RECURRENCE.rule } })];
  const ran: Ran[] = [];
  let hours = 0;
  for (const nap of [...naps, 500]) {
    hours += nap;
    const now = at(hours * HOUR);
    for (const { number, to } of ran)
      if (to <= hours && jobs[number - 1]!.status === 'running')
        jobs[number - 1] = { ...jobs[number - 1]!, status: 'completed' };
    // all that is due is fired, one after the other
    for (let i = jobs.length - 1; i < jobs.length; i++) {
      const job = jobs[i]!;
      if (job.status !== 'scheduled' || job.startsAt > now) continue;
      const unfinished = jobs.slice(0, i).findLast(({ status }) => !OVER.includes(status)) ?? null;
      const decision = decideRun(
        job,
        {
          recurrence: RECURRENCE,
          ended: null,
          nextMade: false,
          unfinished: unfinished && { id: unfinished.id, number: unfinished.series!.number, status: unfinished.status },
          approval: null,
        },
        now,
      );
      jobs[i] = decision.job;
      if (decision.job.status === 'running') ran.push({ number: i + 1, from: hours, to: hours + lengths[i]! });
      for (const effect of decision.effects) if (effect.kind === 'makeRun') jobs.push(effect.run.job);
    }
  }
  return { jobs, ran };
}

describe('whenever the scheduler sleeps and however long a run takes', () => {
  it('every run is made once, and ran or says why not', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        const { jobs, ran } = live(story);
        expect(jobs.map(({ series }) => series!.number)).toEqual(Array.from({ length: RUNS }, (_, i) => i + 1));
        expect(new Set(jobs.map(({ id }) => id)).size).toBe(RUNS);
        const numbers = ran.map(({ number }) => number);
        for (const { series, status, statusReason } of jobs) {
          if (numbers.includes(series!.number)) continue;
          expect(status).toMatch(/^(canceled|expired)$/);
          expect(statusReason).toMatch(/was missed|was not started|expired/);
        }
      }),
    );
  });

  it('no two runs are at work at the same time, and none begins before it is due or after the next one is', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        const { ran } = live(story);
        ran.forEach(({ number, from }, i) => {
          if (i > 0) expect(from).toBeGreaterThanOrEqual(ran[i - 1]!.to);
          expect(at(from * HOUR).getTime()).toBeGreaterThanOrEqual(dueAt(RECURRENCE, number)!.getTime());
          const next = dueAt(RECURRENCE, number + 1);
          if (next) expect(at(from * HOUR).getTime()).toBeLessThan(next.getTime());
        });
      }),
    );
  });
});
