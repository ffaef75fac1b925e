import type { PlannedRollout, StopWhen } from '@waybill/contracts';
import fc from 'fast-check';
import { at, NOW } from '../jobs/a-job.fixture.spec.js';
import { type Decision, unchanged } from '../jobs/decision.js';
import type { Job } from '../jobs/job.js';
import { aRollout, progress } from './a-rollout.fixtures.spec.js';
import { decideApproveWave } from './decide-approve-wave.js';
import { decideResume } from './decide-resume.js';
import { decideRollout, NO_OBSTACLE } from './decide-rollout.js';

/** What may happen to a job, in any order, late, early and twice. */
type Step =
  /** computers of released waves end; of those that can, this share, and of these every n-th fails */
  | { kind: 'end'; share: number; everyNthFails: number }
  /** result tells how far it is: the newest word, or an older one again */
  | { kind: 'told'; back: number }
  | { kind: 'time'; seconds: number }
  | { kind: 'clockBack'; seconds: number }
  | { kind: 'approve' }
  | { kind: 'resume' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      everyNthFails: fc.integer({ min: 1, max: 40 }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('told' as const), back: fc.integer({ min: 0, max: 3 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('time' as const), seconds: fc.integer({ min: 0, max: 90 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('clockBack' as const), seconds: fc.integer({ min: 1, max: 60 }) }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'approve' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'resume' as const }) },
);

const rollout: fc.Arbitrary<PlannedRollout> = fc
  .record({
    percents: fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 5 }),
    soaks: fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 6, maxLength: 6 }),
    manual: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
    successPercent: fc.integer({ min: 0, max: 100 }),
    minimumFinished: fc.integer({ min: 1, max: 30 }),
  })
  .map(({ percents, soaks, manual, successPercent, minimumFinished }) => ({
    waves: [...percents.toSorted((a, b) => a - b), 100].map((percent, i, all) => ({
      percent,
      ...(i < all.length - 1 ? { soak: `PT${soaks[i]}S`, ...(manual[i] ? { approval: 'manual' as const } : {}) } : {}),
    })),
    gate: { successPercent, minimumFinished },
  }));
const stopWhen: fc.Arbitrary<StopWhen | null> = fc.option(
  fc.record({ failedPercent: fc.integer({ min: 0, max: 100 }), minimumFinished: fc.integer({ min: 1, max: 30 }) }),
);

/** The job beside what has really become of its computers. */
class Story {
  job: Job;
  now = NOW;
  /** succeeded and failed computers by wave */
  readonly ended: [number, number][];
  private readonly words: [number, number][][] = [];
  private readonly releasedAt: Date[] = [];

  constructor(
    private readonly totals: readonly number[],
    ordered: { rollout: PlannedRollout; stopWhen: StopWhen | null },
  ) {
    this.job = aRollout(totals, ordered);
    this.ended = totals.map(() => [0, 0]);
    this.take(decideRollout(this.job, this.now), 'time');
  }

  perform(what: Step): void {
    switch (what.kind) {
      case 'end':
        return this.end(what.share, what.everyNthFails);
      case 'told':
        return this.told(what.back);
      case 'time':
        this.now = at((this.now.getTime() - NOW.getTime()) / 1000 + what.seconds);
        return this.take(decideRollout(this.job, this.now), 'time');
      case 'clockBack':
        this.now = at((this.now.getTime() - NOW.getTime()) / 1000 - what.seconds);
        return this.take(decideRollout(this.job, this.now), 'time');
      case 'approve':
        return this.take(
          this.orUnchanged(() => decideApproveWave(this.job, { actor: { id: 'x', name: 'x' } }, this.now, NO_OBSTACLE)),
          'approve',
        );
      case 'resume':
        return this.take(
          this.orUnchanged(() => decideResume(this.job, {}, this.now, NO_OBSTACLE)),
          'resume',
        );
    }
  }

  told(back = 0): void {
    this.words.push(this.ended.map(([good, bad]) => [good, bad]));
    const word = this.words[Math.max(0, this.words.length - 1 - back)]!;
    this.take(progress(this.job, word, this.now), 'told');
  }

  private end(share: number, everyNthFails: number): void {
    for (const [i, total] of this.totals.entries()) {
      if (i >= this.job.rolloutState!.released) break;
      const [good, bad] = this.ended[i]!;
      const ending = Math.floor((total - good - bad) * share);
      const failing = Math.floor(ending / everyNthFails);
      this.ended[i] = [good + ending - failing, bad + failing];
    }
  }

  private orUnchanged(decide: () => Decision): Decision {
    try {
      return decide();
    } catch {
      return unchanged(this.job);
    }
  }

  /** Checks the invariants over one decision. */
  private take(decision: Decision, by: Step['kind']): void {
    const before = this.job;
    this.job = decision.job;
    const released = decision.effects.flatMap((effect) => (effect.kind === 'releaseWave' ? [effect.wave!] : []));
    for (const wave of released) {
      // each wave once, in order, by a job that was running or was just resumed
      expect(this.releasedAt[wave]).toBeUndefined();
      expect(wave).toBeGreaterThan(before.rolloutState!.released);
      expect(before.status === 'running' || by === 'resume').toBe(true);
      this.releasedAt[wave] = this.now;
      this.demandGate(wave, by);
    }
    if (before.status === 'halted' && by !== 'resume') expect(released).toEqual([]);
    if (this.job.status === 'halted') expect(this.job.statusReason).toMatch(/^rollout\.(gate|stopWhen): /);
  }

  /** The wave before, unless it was empty, had soaked, had enough finished computers, and enough success or somebody who waived it. */
  private demandGate(wave: number, by: Step['kind']): void {
    const { rollout: ordered, rolloutState } = this.job;
    let previous = wave - 1;
    while (previous > 0 && this.totals[previous - 1] === 0) previous--;
    if (previous === 0) return;
    const { finished, succeeded, approvedBy, total } = rolloutState!.waves[previous - 1]!;
    const { soak, approval } = ordered!.waves[previous - 1]!;
    const soakMs = Number(/^PT(\d+)S$/.exec(soak ?? 'PT0S')![1]) * 1000;
    expect(this.now.getTime() - this.releasedAt[previous]!.getTime()).toBeGreaterThanOrEqual(soakMs);
    if (approval === 'manual') expect(approvedBy).not.toBeNull();
    if (rolloutState!.waived >= previous) return;
    const { successPercent, minimumFinished } = ordered!.gate as Required<NonNullable<PlannedRollout['gate']>>;
    expect(finished).toBeGreaterThanOrEqual(Math.min(minimumFinished, total!));
    expect((succeeded / finished) * 100).toBeGreaterThanOrEqual(successPercent);
    expect(by).not.toBe('end');
  }
}

describe('any job in waves', () => {
  it('releases a wave only when the one before has earned it, and nothing while it is halted', () => {
    fc.assert(
      fc.property(
        rollout.chain((ordered) =>
          fc.record({
            ordered: fc.constant(ordered),
            totals: fc.array(fc.integer({ min: 0, max: 60 }), {
              minLength: ordered.waves.length,
              maxLength: ordered.waves.length,
            }),
          }),
        ),
        stopWhen,
        fc.array(step, { maxLength: 60 }),
        ({ ordered, totals }, stop, steps) => {
          fc.pre(totals.some((total) => total > 0));
          const story = new Story(totals, { rollout: ordered, stopWhen: stop });
          for (const what of steps) story.perform(what);
          // whatever came before: with patience, and people who approve and resume, everybody is reached in the end
          for (let i = 0; i < 8 * totals.length && story.job.status !== 'completed'; i++)
            for (const what of [
              { kind: 'time', seconds: 90 },
              { kind: 'end', share: 1, everyNthFails: 1000 },
              { kind: 'told', back: 0 },
              { kind: 'approve' },
              { kind: 'resume' },
            ] as const)
              story.perform(what);
          expect(story.job.status).toBe('completed');
          expect(story.ended.map(([good, bad]) => good + bad)).toEqual(totals);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
