import type { Job } from '../jobs/job.js';
import type { RolloutState, Tally } from './rollout.js';

const DEFAULT_MINIMUM = 20;

/** Whether so many failed that the job must stop. What had failed when somebody resumed it does not count again. */
export function mustStop({ stopWhen, total }: Pick<Job, 'stopWhen' | 'total'>, state: RolloutState): boolean {
  if (!stopWhen) return false;
  const { finished, failed } = sinceResumed(state);
  if (finished === 0) return false;
  const least = Math.min(stopWhen.minimumFinished ?? DEFAULT_MINIMUM, (total ?? Infinity) - state.forgiven.finished);
  return finished >= least && failurePercent({ finished, failed }) > stopWhen.failedPercent;
}

/** What ended since somebody resumed the job, or since its start. */
export function sinceResumed({ tally, forgiven }: RolloutState): Tally {
  // computers of what was forgiven may have been reopened since
  const since = (of: keyof Tally) => Math.max(0, tally[of] - forgiven[of]);
  return { finished: since('finished'), failed: since('failed') };
}

export function failurePercent({ finished, failed }: Tally): number {
  return finished === 0 ? 0 : (failed / finished) * 100;
}
