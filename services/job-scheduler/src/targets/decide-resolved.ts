import { type Approval, approvalForReach, type ApprovalPolicy, waitingWords } from '../approval/approval.js';
import { close } from '../cancellation/decide-close.js';
import { decideWithdrawn } from '../catalogue/decide-withdrawn.js';
import { changed, type Decision, noted, unchanged } from '../jobs/decision.js';
import type { Job } from '../jobs/job.js';
import { grownTooLarge } from './confirmation.js';
import { noteOf, removedGroups, whyNotStarted } from './removed-groups.js';

/**
 * A scheduler begins to ask for the targets, or goes on after what was found; whoever was asking before is overtaken. For a job that
 * needs no targets any more the timer that brought us here is dropped.
 */
export function decideResolving(job: Job, resolution: string): Decision {
  if (job.status !== 'running' || job.phase !== 'resolving')
    return noted(job, {}, [{ kind: 'clearTimers', timers: ['resolve'] }]);
  return noted(job, { resolution });
}

/** What fleet answered, all pages together. */
export interface Resolution {
  /** as given to {@link decideResolving} */
  resolution: string;
  total: number;
  /** computers by wave, the first at index 0; absent: all are in one */
  waveTotals?: readonly number[];
  /** fleet's clock at the first page */
  resolvedAt: Date;
  /** groups of the job that did not exist any more on at least one page */
  unknownGroupIds: readonly string[];
  /** guarded groups that at least one target is in */
  guarded: readonly string[];
  /** the job's version must not be distributed any more */
  withdrawn: boolean;
}

/** No job waits for its size. */
const NO_POLICY: ApprovalPolicy = { above: 0, groups: [] };

/**
 * All targets are stored. A job that somebody else must approve first goes back to where it was. Nobody to reach is not an error: the job is
 * completed with a note. A group that is gone is: without an excluded one nobody knows any more who must be spared, and without any of the
 * targeted ones "nobody" is not what was ordered.
 */
export function decideResolved(job: Job, found: Resolution, now: Date, policy = NO_POLICY): Decision {
  const { resolution, total, resolvedAt } = found;
  if (job.status !== 'running' || job.phase !== 'resolving' || job.resolution !== resolution) return unchanged(job);
  if (found.withdrawn) return decideWithdrawn(job, now);
  const removed = removedGroups(job, found.unknownGroupIds);
  const refusal = whyNotStarted(job, removed, total);
  if (refusal !== null) return close(job, 'canceled', refusal, refusal, now);
  const grown = grownTooLarge(total, job.mostTargets);
  if (grown !== null) return close(job, 'canceled', grown, grown, now);
  const note = noteOf(removed);
  if (total === 0) {
    const statusReason = ['No computer was targeted when the job started.', ...(note ? [note] : [])].join(' ');
    return changed(job, { status: 'completed', statusReason, total, resolvedAt, finishedAt: now }, [
      { kind: 'clearTimers', timers: ['resolve', 'expire'] },
      { kind: 'announceStatus' },
    ]);
  }
  const approval = approvalForReach(job, found, policy);
  // the rule was made while the targets were being looked for, and their executions exist
  if (approval && job.found?.chunks) return close(job, 'canceled', notAskedFor(approval), 'The job was canceled.', now);
  if (approval) {
    const statusReason = waitingWords(job, approval);
    const back = { status: 'scheduled', phase: 'idle', resolution: null, found: null, startedAt: null } as const;
    return changed(job, { ...back, total, approval, statusReason }, [
      { kind: 'clearTimers', timers: ['resolve'] },
      { kind: 'announceStatus' },
    ]);
  }
  const state = job.rolloutState;
  const waves = state?.waves.map((wave, i) => ({ ...wave, total: found.waveTotals?.[i] ?? total }));
  const rolloutState = state && { ...state, waves: waves ?? state.waves };
  return changed(job, { phase: 'assigning', total, resolvedAt, statusReason: note, rolloutState }, [
    { kind: 'clearTimers', timers: ['resolve'] },
    { kind: 'assignTargets' },
  ]);
}

function notAskedFor({ reason }: Approval): string {
  return `Somebody else must approve it, since ${reason}, by a rule that came after its start; order it again.`;
}
