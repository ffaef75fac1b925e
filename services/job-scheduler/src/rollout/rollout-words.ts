import { JOB_REASONS } from '@waybill/contracts';
import type { Job } from '../jobs/job.js';
import { failurePercent, sinceResumed } from './judge-stop.js';
import { judgeWave, successShare } from './judge-wave.js';
import { allowance } from './pace.js';
import { isTelling, leftToTell } from './tell-some.js';
import { gateOf, type RolloutState } from './rollout.js';

/** Why the next wave has not been released yet; null when none is left, or the job is not running. */
export function waitingWords(job: Job, now: Date): string | null {
  const { rolloutState: state } = job;
  if (job.status !== 'running' || !state || state.released === 0) return null;
  if (isTelling(state)) return tellingWords(job, state, now);
  if (state.released === state.waves.length) return null;
  const next = `Wave ${state.released + 1} of ${state.waves.length}`;
  const verdict = judgeWave(job, state, state.released, now);
  switch (verdict.kind) {
    case 'soak':
      return `${next} is released at ${verdict.until.toISOString()} at the earliest: wave ${state.released} soaks.`;
    case 'finish': {
      const computers = `${verdict.missing} more finished ${verdict.missing === 1 ? 'computer' : 'computers'}`;
      return `${next} waits for ${computers} of wave ${state.released}; gate ${gateWords(job, state)}.`;
    }
    case 'approval':
      return `${next} waits until somebody approves it (POST /jobs/${job.id}/actions/approve).`;
    default:
      return null;
  }
}

/** Why not everybody of the released waves has been told yet. */
function tellingWords(job: Job, state: RolloutState, now: Date): string {
  const { maxInFlight, ratePerMinute } = job.rollout!;
  const pace = state.pace!;
  const told = `${pace.told} of ${job.total} computers have been told`;
  const allowed = allowance(job, pace, leftToTell(state), now);
  if ('inFlight' in allowed) return `${told}; ${allowed.inFlight} are at work, at most ${maxInFlight} may be.`;
  return ratePerMinute === undefined ? `${told}.` : `${told}, at most ${ratePerMinute} in a minute.`;
}

/** Why the gate of the newest wave halted the job. */
export function gateHaltWords(job: Job, state: RolloutState): string {
  const { finished, total } = state.waves[state.released - 1]!;
  return `${JOB_REASONS.gate}: Wave ${state.released} has not passed its gate ${gateWords(job, state)}, with ${finished} of its ${total} computers finished. Nothing more is sent; resume, re-execute what failed, or cancel.`;
}

/** Why the stop condition halted the job, and how many can still fail. */
export function stopHaltWords({ stopWhen }: Job, state: RolloutState): string {
  const seen = sinceResumed(state);
  const released = state.waves.slice(0, state.released).reduce((sum, { total }) => sum + (total ?? 0), 0);
  const told = state.pace?.told ?? released;
  const left = Math.max(0, told - state.tally.finished);
  return `${JOB_REASONS.stopWhen}: ${seen.failed} of ${seen.finished} finished computers failed, that is ${percent(failurePercent(seen))}, more than ${stopWhen!.failedPercent} %. Nothing more is sent; ${left} computers had been told before that: those that have begun finish, the others wait. Resume, re-execute what failed, or cancel.`;
}

function gateWords(job: Job, state: RolloutState): string {
  const now =
    state.waves[state.released - 1]!.finished === 0 ? '' : `, now ${percent(successShare(state, state.released))}`;
  return `${gateOf(job).successPercent} %${now}`;
}

/** One decimal, rounded towards what was missed, so that 94.96 is not shown as a passed 95. */
function percent(share: number): string {
  return `${Math.floor(share * 10) / 10} %`;
}
