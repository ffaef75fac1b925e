import { conflict } from '@waybill/contracts';
import { changed, type Decision } from '../jobs/decision.js';
import { demandRevision, demandStarted, demandStatus } from '../jobs/guards.js';
import type { Job } from '../jobs/job.js';
import { waveTimer } from '../rollout/wave-timer.js';
import { type PersonsOrder, wordsOf } from './persons-order.js';

/**
 * An administrator holds the job: nothing more is sent, computers that have not begun installing wait, whoever has finishes.
 * @throws WaybillError `precondition.failed`, `job.wrongState`
 */
export function decidePause(job: Job, order: PersonsOrder): Decision {
  demandRevision(job, order.revision);
  demandStatus(job, 'paused', ['running']);
  demandStarted(job);
  if (job.reexecution)
    throw conflict('job.wrongState', 'A re-execution of this job is being carried out; try again when it is done.');
  const words = wordsOf('Paused', order);
  const timers = waveTimer(job);
  return changed(job, { status: 'paused', statusReason: words }, [
    ...(timers.length > 0 ? [{ kind: 'clearTimers', timers } as const] : []),
    { kind: 'announceStatus' },
    { kind: 'sendHold', held: true, reason: words },
  ]);
}
