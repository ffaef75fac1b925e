import type { Decision, TimerKind } from './decision.js';

export interface TimerChanges {
  clear: { jobId: string; kind: TimerKind }[];
  set: { jobId: string; kind: TimerKind; dueAt: Date }[];
}

/** What becomes of each timer when the effects are carried out in their order: of several changes the last counts. */
export function timerChanges(decisions: readonly Decision[]): TimerChanges {
  const changes: TimerChanges = { clear: [], set: [] };
  for (const { job, effects } of decisions) {
    const last = new Map<TimerKind, Date | null>();
    for (const effect of effects) {
      if (effect.kind === 'setTimer') last.set(effect.timer, effect.dueAt);
      if (effect.kind === 'clearTimers') for (const kind of effect.timers) last.set(kind, null);
    }
    for (const [kind, dueAt] of last) {
      if (dueAt) changes.set.push({ jobId: job.id, kind, dueAt });
      else changes.clear.push({ jobId: job.id, kind });
    }
  }
  return changes;
}
