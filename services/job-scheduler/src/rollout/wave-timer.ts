import type { TimerKind } from '../jobs/decision.js';
import type { Job } from '../jobs/job.js';

/** Which timers a rollout may have set; cleared when the job ends. */
export function waveTimer({ rolloutState }: Pick<Job, 'rolloutState'>): TimerKind[] {
  if (!rolloutState) return [];
  return rolloutState.pace ? ['wave', 'presence'] : ['wave'];
}
