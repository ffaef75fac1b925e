import { conflict } from '@waybill/contracts';
import { changed, type Decision } from '../jobs/decision.js';
import { demandRevision, demandStatus } from '../jobs/guards.js';
import type { Job } from '../jobs/job.js';
import { waveTimer } from '../rollout/wave-timer.js';
import type { CancelOrder } from './decide-cancel.js';

/**
 * An administrator holds the job: nothing more is sent, computers that have not begun installing wait, whoever has finishes.
 * @throws WaybillError `precondition.failed`, `job.wrongState`
 */
export function decidePause(job: Job, { actor, reason, revision }: CancelOrder): Decision {
  demandRevision(job, revision);
  demandStatus(job, 'paused', ['running']);
  if (job.phase !== 'released')
    throw conflict(
      'job.wrongState',
      'The job has just been started and has not sent its first commands; try again in a moment.',
    );
  if (job.reexecution)
    throw conflict('job.wrongState', 'A re-execution of this job is being carried out; try again when it is done.');
  const words = `Paused by ${actor}${reason ? `: ${reason}` : '.'}`;
  return changed(job, { status: 'paused', statusReason: words }, [
    ...waveTimer(job).map((timer) => ({ kind: 'clearTimers', timers: [timer] }) as const),
    { kind: 'announceStatus' },
    { kind: 'sendHold', held: true, reason: words },
  ]);
}
