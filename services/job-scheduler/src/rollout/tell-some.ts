import type { Effect } from '../jobs/decision.js';
import type { Job } from '../jobs/job.js';
import { type Allowance, allowance, SILENCE_MS, tell } from './pace.js';
import type { RolloutState } from './rollout.js';

/** While computers hold up the rest, somebody looks so often which of them have gone off or not answered; milliseconds. */
const LOOK_MS = 10_000;

/** A state, and what goes with it. */
interface Told {
  readonly state: RolloutState;
  readonly effects: readonly Effect[];
}

/** The newest wave has been released and some of its computers have not been told yet. */
export function isTelling({ pace, released, waves }: RolloutState): boolean {
  // absent in jobs that began before there was a pace
  return Boolean(pace) && released > 0 && waves[released - 1]!.toldAt === null;
}

/** Computers of the released waves that have not been told yet. */
export function leftToTell({ pace, released, waves }: RolloutState): number {
  return waves.slice(0, released).reduce((sum, { total }) => sum + (total ?? 0), 0) - pace!.told;
}

/** Tells as many computers of the newest wave as the pace allows now, and says when to look again if some are left. */
export function tellSome(job: Job, before: RolloutState, now: Date): Told {
  const effects: Effect[] = [];
  let state = before;
  for (let left = leftToTell(state); left > 0; left = leftToTell(state)) {
    const allowed = allowance(job, state.pace!, left, now);
    if (allowed.computers === 0) {
      const again = lookAgain(state, allowed, now);
      return { state: again.state, effects: [...effects, ...again.effects] };
    }
    effects.push({ kind: 'releasePart', wave: state.released, computers: allowed.computers });
    state = { ...state, pace: tell(state.pace!, allowed.computers, now) };
  }
  const toldAt = now.toISOString();
  const waves = state.waves.map((wave, i) => (i === state.released - 1 ? { ...wave, toldAt } : wave));
  return { state: { ...state, waves }, effects };
}

function lookAgain(state: RolloutState, allowed: Allowance, now: Date): Told {
  if ('until' in allowed) return { state, effects: [{ kind: 'setTimer', timer: 'wave', dueAt: allowed.until }] };
  const dueAt = new Date(now.getTime() + LOOK_MS);
  const wave: Effect = { kind: 'setTimer', timer: 'wave', dueAt };
  const { lookAt } = state.pace!;
  // once set it stays, however often this is asked for meanwhile
  const isSet = lookAt !== null && Date.parse(lookAt) > now.getTime() - SILENCE_MS;
  if (isSet) return { state, effects: [wave] };
  const pace = { ...state.pace!, lookAt: dueAt.toISOString() };
  return { state: { ...state, pace }, effects: [wave, { kind: 'setTimer', timer: 'presence', dueAt }] };
}
