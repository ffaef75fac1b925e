import fc from 'fast-check';
import { decideCancel } from '../cancellation/decide-cancel.js';
import { decideExpire } from '../cancellation/decide-expire.js';
import { decideExecutionsReady } from '../dispatch/decide-executions-ready.js';
import { decideProgress } from '../progress/decide-progress.js';
import { decideReexecute } from '../reexecution/decide-reexecute.js';
import { decideReopened } from '../reexecution/decide-reopened.js';
import { decideResolved, decideResolving } from '../targets/decide-resolved.js';
import { aJob, at } from './a-job.fixture.spec.js';
import type { Decision, TimerKind } from './decision.js';
import { decideStart } from './decide-start.js';
import type { Job } from './job.js';
import { jobView } from './job.view.js';
import { timerChanges } from './timer-changes.js';

interface Step {
  name: string;
  /** the timer that brings it, gone when it comes */
  timer?: TimerKind;
  decide: (job: Job, now: Date) => Decision;
}

const step = (name: string, decide: Step['decide'], timer?: TimerKind): fc.Arbitrary<Step> =>
  fc.constant({ name, decide, timer });
const request = fc.constantFrom('r1', 'r2');
const resolution = fc.constantFrom('x', 'y');

/** Anything that may be said to a job: on time, late, twice, for an attempt that never was. */
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  step('start', decideStart, 'start'),
  step('expire', decideExpire, 'expire'),
  step('ready', (job, now) => decideExecutionsReady(job, { run: 1, withdrawn: false }, now)),
  step('ready, withdrawn', (job, now) => decideExecutionsReady(job, { run: 1, withdrawn: true }, now)),
  step('cancel', (job, now) => decideCancel(job, { actor: 'admin' }, now)),
  resolution.map((id) => ({ name: `resolving ${id}`, decide: (job: Job) => decideResolving(job, id) })),
  fc.tuple(resolution, fc.constantFrom(0, 3, 3), fc.constantFrom([], [], aJob().groupIds)).map(([id, total, gone]) => ({
    name: `resolved ${id} ${total} without ${gone.length}`,
    decide: (job: Job, now: Date) =>
      decideResolved(
        job,
        { resolution: id, total, resolvedAt: now, unknownGroupIds: gone, guarded: [], withdrawn: false },
        now,
      ),
  })),
  fc.tuple(fc.integer({ min: 1, max: 4 }), fc.constantFrom(2, 3)).map(([attempt, finished]) => ({
    name: `progress ${attempt} ${finished}`,
    decide: (job: Job, now: Date) => decideProgress(job, { run: 1, total: 3, finished, attempt }, now),
  })),
  request.map((requestId) => ({
    name: `re-execute ${requestId}`,
    decide: (job: Job, now: Date) =>
      decideReexecute(job, { requestId, only: 'failed', mayResume: true, leaseMs: 1 }, now),
  })),
  fc.tuple(request, fc.constantFrom([], ['c1'])).map(([requestId, computers]) => ({
    name: `reopened ${requestId} ${computers.length}`,
    decide: (job: Job, now: Date) => decideReopened(job, { requestId, computers, failed: computers.length }, now),
  })),
);

/** A prefix that brings most runs to where commands are, so that the interesting states are common. */
const anyStory = fc.tuple(
  fc.constantFrom(0, 1, 2, 3, 4),
  fc.array(fc.record({ step: anyStep, seconds: fc.integer({ min: 0, max: 900 }) }), { maxLength: 40, size: 'max' }),
);
const OPENING: Step[] = [
  { name: 'start', decide: decideStart, timer: 'start' },
  { name: 'resolving', decide: (job) => decideResolving(job, 'x') },
  {
    name: 'resolved',
    decide: (job, now) =>
      decideResolved(
        job,
        { resolution: 'x', total: 3, resolvedAt: now, unknownGroupIds: [], guarded: [], withdrawn: false },
        now,
      ),
  },
  { name: 'ready', decide: (job, now) => decideExecutionsReady(job, { run: 1, withdrawn: false }, now) },
];

interface World {
  job: Job;
  timers: Map<TimerKind, Date>;
  waves: number;
  attempts: number[];
}

/** Carries a decision out; a refusal changes nothing. */
function apply(world: World, { decide, timer }: Step, now: Date): Decision | null {
  if (timer) world.timers.delete(timer);
  let decision: Decision;
  try {
    decision = decide(world.job, now);
  } catch {
    return null;
  }
  if (!decision.changed) return decision;
  const { clear, set } = timerChanges([decision]);
  for (const { kind } of clear) world.timers.delete(kind);
  for (const { kind, dueAt } of set) world.timers.set(kind, dueAt);
  for (const effect of decision.effects) {
    if (effect.kind === 'releaseWave') world.waves++;
    if (effect.kind === 'releaseAttempt') world.attempts.push(effect.attempt);
  }
  world.job = decision.job;
  return decision;
}

function inEveryState(
  check: (before: Job, decision: Decision | null, world: World, now: Date, taken: Step) => void,
): void {
  fc.assert(
    fc.property(anyStory, ([opened, story]) => {
      const world: World = {
        job: aJob(),
        timers: new Map([
          ['start', at(0)],
          ['expire', at(3600)],
        ]),
        waves: 0,
        attempts: [],
      };
      let seconds = 0;
      for (const opening of OPENING.slice(0, opened)) apply(world, opening, at(0));
      for (const { step: taken, seconds: later } of story) {
        const before = world.job;
        seconds += later;
        const decision = apply(world, taken, at(seconds));
        check(before, decision, world, at(seconds), taken);
      }
    }),
    { numRuns: 300 },
  );
}

describe('in whatever order a job hears whatever', () => {
  it('no command leaves a job that is closed, and none twice', () => {
    inEveryState((before, decision, world) => {
      const sends = decision?.effects.some(({ kind }) => kind === 'releaseWave' || kind === 'releaseAttempt') ?? false;
      if (sends) expect(world.job).toMatchObject({ status: 'running', phase: 'released' });
      expect(world.waves).toBeLessThanOrEqual(1);
      expect(world.attempts).toEqual([...new Set(world.attempts)].sort((a, b) => a - b));
      // a closed job comes back by a re-execution that nobody withdrew, and by nothing else
      const reopened = before.reexecution && !before.reexecution.withdrawn && world.job.attempt > before.attempt;
      if (['canceled', 'expired', 'completed'].includes(before.status) && world.job.status !== before.status)
        expect(reopened).toBe(true);
    });
  });

  it('a job never waits for a timer that is not there, and leaves none behind', () => {
    inEveryState((_before, _decision, { job, timers }) => {
      const wanted = new Set<TimerKind>();
      if (job.status === 'scheduled') wanted.add('start');
      if (job.status === 'scheduled' || job.status === 'running') wanted.add('expire');
      if (job.status === 'running' && job.phase === 'resolving') wanted.add('resolve');
      if (job.reexecution) wanted.add('reexecute');
      expect([...timers.keys()].sort()).toEqual([...wanted].sort());
      // all are final and nothing is on its way: nobody would ever say so again
      const stuck =
        job.status === 'running' && job.phase === 'released' && !job.reexecution && job.finishedAttempt === job.attempt;
      expect(stuck).toBe(false);
      if (timers.has('expire')) expect(timers.get('expire')).toEqual(job.expiresAt);
    });
  });

  it('what an administrator sees changes exactly when the revision does, and attempts only rise', () => {
    inEveryState((before, _decision, { job }) => {
      const { revision: _old, ...seen } = jobView(before, null);
      const { revision: _new, ...sees } = jobView(job, null);
      expect(job.revision > before.revision).toBe(JSON.stringify(seen) !== JSON.stringify(sees));
      expect(job.attempt).toBeGreaterThanOrEqual(before.attempt);
      expect(job.finishedAt === null).toBe(['scheduled', 'running'].includes(job.status));
    });
  });

  it('the same word again changes nothing', () => {
    inEveryState((_before, decision, world, now, taken) => {
      if (!decision) return;
      const { job, waves, attempts } = world;
      const copy: World = { job, waves, attempts: [...attempts], timers: new Map(world.timers) };
      apply(copy, taken, now);
      expect(copy).toEqual(world);
    });
  });
});
