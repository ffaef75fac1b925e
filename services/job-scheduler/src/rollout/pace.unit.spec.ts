import { emptyCounters, type JobRollout, type PlannedRollout } from '@waybill/contracts';
import fc from 'fast-check';
import { at, NOW } from '../jobs/a-job.fixture.spec.js';
import type { Job } from '../jobs/job.js';
import { decideProgress } from '../progress/decide-progress.js';
import { aRollout, progress } from './a-rollout.fixtures.spec.js';
import { decidePresence } from './decide-presence.js';
import { decideRollout, NO_OBSTACLE } from './decide-rollout.js';
import { waitingWords } from './rollout-words.js';

const paced = (
  totals: readonly number[],
  limits: Partial<JobRollout>,
  waves: PlannedRollout['waves'] = [{ percent: 100 }],
) => aRollout(totals, { rollout: { waves, ...limits } });
const parts = (decision: { effects: readonly { kind: string }[] }) =>
  decision.effects.flatMap((effect) =>
    effect.kind === 'releasePart' ? [(effect as unknown as { computers: number }).computers] : [],
  );
const timers = (decision: { effects: readonly object[] }) =>
  decision.effects.filter((effect) => 'timer' in effect).map((effect) => ({ ...effect }));

/** What result counts: so many at work, so many ended, the others have not answered. */
function counted(job: Job, { busy = 0, succeeded = 0 }) {
  const total = job.total!;
  const counters = { ...emptyCounters(), installing: busy, succeeded, queued: total - busy - succeeded };
  return { run: 1, total, attempt: 1, finished: succeeded, counters };
}

describe('a job with a rate', () => {
  it('tells so many in a minute, spread over it, and then nobody sooner than the rate allows', () => {
    const first = decideRollout(paced([100], { ratePerMinute: 60 }), NOW);
    expect(parts(first)).toEqual([5]);
    expect(timers(first)).toEqual([{ kind: 'setTimer', timer: 'wave', dueAt: at(5) }]);
    expect(parts(decideRollout(first.job, at(4.9)))).toEqual([]);
    const second = decideRollout(first.job, at(5));
    expect(parts(second)).toEqual([5]);
    expect(waitingWords(second.job, at(5))).toBe('10 of 100 computers have been told, at most 60 in a minute.');
  });

  it('tells one after the other when the rate is low', () => {
    const first = decideRollout(paced([3], { ratePerMinute: 2 }), NOW);
    expect([parts(first), timers(first)]).toEqual([[1], [{ kind: 'setTimer', timer: 'wave', dueAt: at(30) }]]);
  });

  it('does not make up for the time that the scheduler was down', () => {
    const first = decideRollout(paced([1000], { ratePerMinute: 60 }), NOW);
    expect(parts(decideRollout(first.job, at(3600)))).toEqual([5]);
  });
});

describe('a job with a limit of computers at work', () => {
  it('tells others when some have done their work', () => {
    const first = decideRollout(paced([100], { maxInFlight: 10 }), NOW);
    expect(parts(first)).toEqual([10]);
    const working = decideProgress(first.job, counted(first.job, { busy: 10 }), at(1));
    expect(parts(working)).toEqual([]);
    expect(waitingWords(working.job, at(1))).toBe(
      '10 of 100 computers have been told; 10 are at work, at most 10 may be.',
    );
    expect(parts(decideProgress(working.job, counted(first.job, { busy: 6, succeeded: 4 }), at(2)))).toEqual([4]);
  });

  it('does not wait for longer than a minute for computers that have not answered', () => {
    const first = decideRollout(paced([100], { maxInFlight: 10 }), NOW);
    const some = decideProgress(first.job, counted(first.job, { busy: 3 }), at(1)).job;
    expect(parts(decideRollout(some, at(59)))).toEqual([]);
    expect(parts(decideRollout(some, at(61)))).toEqual([7]);
  });

  it('asks who has gone while it waits, once at a time, and does not wait for those', () => {
    const first = decideRollout(paced([100], { maxInFlight: 10 }), NOW);
    const working = decideProgress(first.job, counted(first.job, { busy: 10 }), at(1));
    const asking = [first, working].flatMap(timers).filter((timer) => 'timer' in timer && timer.timer === 'presence');
    expect(asking).toHaveLength(1);
    const seen = decidePresence(working.job, { run: 1, offline: 4 }, at(11), NO_OBSTACLE);
    expect(parts(seen)).toEqual([4]);
    expect(timers(seen).filter((timer) => 'timer' in timer && timer.timer === 'presence')).toHaveLength(1);
    // an answer about an earlier run says nothing
    expect(parts(decidePresence(working.job, { run: 7, offline: 4 }, at(11), NO_OBSTACLE))).toEqual([]);
  });
});

describe('a job with waves and a pace', () => {
  const waves = [{ percent: 10, soak: 'PT1M' }, { percent: 100 }];
  const gate = { successPercent: 90, minimumFinished: 1 };

  it('begins with the next wave when the last computer of the one before was told, its soak is over and its gate passed', () => {
    const first = decideRollout(paced([10, 90], { ratePerMinute: 60, gate }, waves), NOW);
    expect(parts(first)).toEqual([5]);
    const good = progress(
      first.job,
      [
        [5, 0],
        [0, 0],
      ],
      at(2),
    ).job;
    const second = decideRollout(good, at(5));
    expect(parts(second)).toEqual([5]);
    expect(second.job.rolloutState!.waves[0]).toMatchObject({
      releasedAt: NOW.toISOString(),
      toldAt: at(5).toISOString(),
    });
    expect(timers(second)).toContainEqual({ kind: 'setTimer', timer: 'wave', dueAt: at(65) });
    expect(decideRollout(second.job, at(64)).job.rolloutState!.released).toBe(1);
    expect(decideRollout(second.job, at(65)).job.rolloutState!.released).toBe(2);
  });

  it('stops telling when it halts', () => {
    const order = paced([100], { maxInFlight: 50, gate });
    const first = decideRollout({ ...order, stopWhen: { failedPercent: 5, minimumFinished: 10 } }, NOW);
    const halted = progress(first.job, [[10, 10]], at(1));
    expect(halted.job.status).toBe('halted');
    expect(parts(halted)).toEqual([]);
    expect(halted.job.statusReason).toContain('30 computers had been told before that');
    expect(parts(decideRollout(halted.job, at(600)))).toEqual([]);
  });
});

describe('any job with a pace', () => {
  it('tells everybody in the end, each once; never more are at work than may be, nor more told in a minute', () => {
    fc.assert(
      fc.property(
        fc.record({
          totals: fc.array(fc.integer({ min: 0, max: 80 }), { minLength: 1, maxLength: 3 }),
          maxInFlight: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
          ratePerMinute: fc.integer({ min: 1, max: 400 }),
        }),
        fc.array(
          fc.record({ seconds: fc.integer({ min: 0, max: 30 }), ending: fc.double({ min: 0, max: 1, noNaN: true }) }),
          {
            minLength: 1,
            maxLength: 30,
          },
        ),
        ({ totals, ...limits }, steps) => {
          fc.pre(totals.some((total) => total > 0));
          const share = 100 / totals.length;
          const waves = totals.map((_, i) => ({ percent: i === totals.length - 1 ? 100 : share * (i + 1) }));
          const gate = { successPercent: 0, minimumFinished: 1 };
          let job = paced(totals, { ...limits, gate }, waves);
          let seconds = 0;
          let told = 0;
          let ended = 0;
          const tellings: { at: number; computers: number }[] = [];
          const take = (decision: ReturnType<typeof decideRollout>) => {
            job = decision.job;
            const now = parts(decision).reduce((sum, computers) => sum + computers, 0);
            if (now > 0) tellings.push({ at: seconds, computers: now });
            told += now;
            if (limits.maxInFlight !== undefined) expect(told - ended).toBeLessThanOrEqual(limits.maxInFlight);
            const inMinute = tellings.filter((telling) => telling.at > seconds - 60);
            expect(inMinute.reduce((sum, { computers }) => sum + computers, 0)).toBeLessThanOrEqual(
              limits.ratePerMinute,
            );
          };
          take(decideRollout(job, NOW));
          // everybody answers at once; some of those at work end at each step, and all of them with patience
          const patience = Array.from({ length: 2_000 }, () => ({ seconds: 31, ending: 1 }));
          for (const step of [...steps, ...patience]) {
            if (job.status !== 'running' || ended === job.total) break;
            seconds += step.seconds;
            ended += Math.floor((told - ended) * step.ending);
            const byWave = totals.reduce<[number, number][]>((all, total) => {
              const before = all.reduce((sum, [good]) => sum + good, 0);
              return [...all, [Math.max(0, Math.min(total, ended - before)), 0]];
            }, []);
            const word = { ...counted(job, { busy: told - ended, succeeded: ended }) };
            const waveWords = byWave.map(([good], i) => ({
              wave: i + 1,
              total: totals[i]!,
              finished: good,
              succeeded: good,
            }));
            take(decideProgress(job, { ...word, waves: waveWords }, at(seconds)));
            take(decideRollout(job, at(seconds)));
          }
          expect([told, ended, job.status]).toEqual([job.total, job.total, 'completed']);
        },
      ),
      { numRuns: 300 },
    );
  });
});
