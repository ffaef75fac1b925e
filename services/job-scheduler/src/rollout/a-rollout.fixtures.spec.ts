import { emptyCounters, type PlannedRollout, type StopWhen } from '@waybill/contracts';
import { aRunningJob } from '../jobs/a-job.fixture.spec.js';
import type { Job } from '../jobs/job.js';
import { decideProgress } from '../progress/decide-progress.js';
import { decideRollout } from './decide-rollout.js';
import { newRollout } from './rollout.js';

/** Three waves that soak for a minute each. */
export const THREE: PlannedRollout = {
  waves: [{ percent: 1, soak: 'PT1M' }, { percent: 10, soak: 'PT1M' }, { percent: 100 }],
  gate: { successPercent: 90, minimumFinished: 10 },
};

/** A job whose executions exist; its first wave has not been released. */
export function aRollout(
  totals: readonly number[],
  { rollout = THREE, stopWhen = null }: { rollout?: PlannedRollout; stopWhen?: StopWhen | null } = {},
): Job {
  const state = newRollout(rollout, stopWhen)!;
  const waves = state.waves.map((wave, i) => ({ ...wave, total: totals[i]! }));
  const total = totals.reduce((sum, count) => sum + count, 0);
  return aRunningJob({ rollout, stopWhen, total, rolloutState: { ...state, waves } });
}

/** The same with its first wave released. */
export function aReleased(totals: readonly number[], now: Date, ordered: Parameters<typeof aRollout>[1] = {}): Job {
  return decideRollout(aRollout(totals, ordered), now).job;
}

/** What result tells: succeeded and failed computers of each wave. */
export function told(job: Job, waves: readonly (readonly [succeeded: number, failed: number])[], attempt = 1) {
  const sum = (of: 0 | 1) => waves.reduce((total, wave) => total + wave[of], 0);
  const [succeeded, failed] = [sum(0), sum(1)];
  const total = job.total!;
  return {
    run: 1,
    total,
    attempt,
    finished: succeeded + failed,
    counters: { ...emptyCounters(), succeeded, failed, queued: total - succeeded - failed },
    waves: waves.map(([good, bad], i) => ({
      wave: i + 1,
      total: job.rolloutState!.waves[i]!.total!,
      finished: good + bad,
      succeeded: good,
    })),
  };
}

export const progress = (job: Job, waves: Parameters<typeof told>[1], now: Date, attempt = 1) =>
  decideProgress(job, told(job, waves, attempt), now);
