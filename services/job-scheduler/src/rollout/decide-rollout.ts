import { JOB_REASONS } from '@waybill/contracts';
import { closeUntrusted } from '../jobs/untrusted.js';
import { changed, type Decision, type Effect, noted, unchanged } from '../jobs/decision.js';
import type { Job } from '../jobs/job.js';
import { judgeWave } from './judge-wave.js';
import { mustStop } from './judge-stop.js';
import type { RolloutState } from './rollout.js';
import { gateHaltWords, stopHaltWords } from './rollout-words.js';
import { isTelling, tellSome } from './tell-some.js';
import { waveTimer } from './wave-timer.js';

/** Why the version may not be sent any further at this moment; both null when it may. */
export interface Obstacle {
  /** half a sentence: nobody vouches for it */
  readonly untrusted: string | null;
  readonly withdrawn: boolean;
}

export const NO_OBSTACLE: Obstacle = { untrusted: null, withdrawn: false };

/**
 * Releases every wave that may go, or as much of it as may be told now, halts the job when it must, or says when to look again. For a job that
 * is running and whose executions exist; for any other nothing happens.
 */
export function decideRollout(job: Job, now: Date, obstacle: Obstacle = NO_OBSTACLE): Decision {
  if (job.status !== 'running' || job.phase !== 'released' || !job.rolloutState) return unchanged(job);
  // the reopened computers are counted anew
  if (job.reexecution) return unchanged(job);
  if (mustStop(job, job.rolloutState)) return halt(job, stopHaltWords(job, job.rolloutState));
  const effects: Effect[] = [];
  let state = job.rolloutState;
  while (isTelling(state) || state.released < state.waves.length) {
    if (!isTelling(state) && state.released > 0) {
      const verdict = judgeWave(job, state, state.released, now);
      if (verdict.kind === 'soak') effects.push({ kind: 'setTimer', timer: 'wave', dueAt: verdict.until });
      if (verdict.kind === 'halt') {
        if (state.released === job.rolloutState.released) return halt(job, gateHaltWords(job, state));
        // the commands of a wave that this very decision has released leave before it is judged
        effects.push({ kind: 'setTimer', timer: 'wave', dueAt: now });
      }
      if (verdict.kind !== 'go') break;
    }
    if (obstacle.untrusted !== null) return closeUntrusted(job, obstacle.untrusted, now);
    if (obstacle.withdrawn) return halt(job, withdrawnWords(job));
    if (!isTelling(state)) {
      state = release(state, now);
      if (!state.pace) effects.push(...releaseEffects(state));
    }
    if (!state.pace) continue;
    const told = tellSome(job, state, now);
    state = told.state;
    effects.push(...told.effects);
    if (isTelling(state)) break;
  }
  if (state.released !== job.rolloutState.released) return changed(job, { rolloutState: state }, effects);
  return state !== job.rolloutState || effects.length > 0
    ? noted(job, { rolloutState: state }, effects)
    : unchanged(job);
}

function release(state: RolloutState, now: Date): RolloutState {
  const released = state.released + 1;
  const releasedAt = now.toISOString();
  const toldAt = state.pace ? null : releasedAt;
  const waves = state.waves.map((wave, i) => (i === released - 1 ? { ...wave, releasedAt, toldAt } : wave));
  return { ...state, released, waves };
}

function releaseEffects({ released, waves }: RolloutState): Effect[] {
  if (waves[released - 1]!.total === 0) return [];
  const command: Effect = { kind: 'releaseWave', wave: released };
  // result shows executions of later waves as waiting until it hears of this
  return released === 1 ? [command] : [command, { kind: 'announceWave', wave: released }];
}

/** Nothing more is sent until somebody decides; who was told and has not begun waits, who has begun finishes. */
function halt(job: Job, statusReason: string): Decision {
  return changed(job, { status: 'halted', statusReason }, [
    { kind: 'clearTimers', timers: waveTimer(job) },
    { kind: 'announceStatus' },
    { kind: 'sendHold', held: true, reason: statusReason },
  ]);
}

function withdrawnWords({ package: name, version }: Job): string {
  return `${JOB_REASONS.versionWithdrawn}: Version ${version} of ${name} was withdrawn. Waves that have not been released stay back, and who has not begun waits; cancel the job.`;
}
