import { waitingWords } from '../approval/approval.js';
import { newRollout } from '../rollout/rollout.js';
import type { Decision } from './decision.js';
import type { JobDocument, JobState } from './job.js';

/** A job of which nothing has been done: it waits for its start. */
export function newJob(
  document: JobDocument,
  { expiresAt, approval }: Pick<JobState, 'expiresAt' | 'approval'>,
): Decision {
  const waits = approval !== null && approval.approvedBy === null;
  return {
    job: {
      ...document,
      status: 'scheduled',
      statusReason: waits ? waitingWords(document, approval) : null,
      phase: 'idle',
      run: 1,
      attempt: 1,
      expiresAt,
      resolution: null,
      found: null,
      resolvedAt: null,
      total: null,
      startedAt: null,
      finishedAt: null,
      archivedAt: null,
      finishedAttempt: null,
      reexecution: null,
      approval,
      rolloutState: newRollout(document.rollout, document.stopWhen),
      revision: 1,
    },
    changed: true,
    effects: [
      { kind: 'setTimer', timer: 'start', dueAt: document.startsAt },
      { kind: 'setTimer', timer: 'expire', dueAt: expiresAt },
      { kind: 'announceStatus' },
    ],
  };
}
