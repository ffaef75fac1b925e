import fc from 'fast-check';
import { decideCancel } from '../cancellation/decide-cancel.js';
import { decidePause } from '../cancellation/decide-pause.js';
import { decideReexecute } from '../reexecution/decide-reexecute.js';
import { decideApproveWave } from '../rollout/decide-approve-wave.js';
import { NO_OBSTACLE } from '../rollout/decide-rollout.js';
import { decideResume } from '../rollout/decide-resume.js';
import { newRollout } from '../rollout/rollout.js';
import { type Death, EngineWorld } from '../specs/engine-world.fixtures.spec.js';
import { aJob, at } from './a-job.fixture.spec.js';

const ACTOR = { actor: 'admin' };
const FINAL = ['succeeded', 'failed', 'canceled', 'expired'];

const death: fc.Arbitrary<Death> = fc.constantFrom('none', 'none', 'none', 'before', 'after');
const scheduler = fc.constantFrom(0 as const, 1 as const);
const pick = fc.nat(10_000);

/** What happens next: one transaction of one process, which may die with it, or somebody's order. */
type Step = (world: EngineWorld) => void;
const steps = {
  timer: fc.tuple(scheduler, death).map(
    ([who, how]): Step =>
      (world) =>
        world.timer(who, how),
  ),
  page: fc.tuple(scheduler, death).map(
    ([who, how]): Step =>
      (world) =>
        world.page(who, how),
  ),
  relay: fc.tuple(pick, death).map(
    ([which, how]): Step =>
      (world) =>
        world.relay(which, how),
  ),
  deliver: fc.tuple(pick, death).map(
    ([which, how]): Step =>
      (world) =>
        world.deliver(which, how),
  ),
  act: fc.array(pick, { minLength: 1, maxLength: 60 }).map(
    (all): Step =>
      (world) =>
        all.forEach((n) => world.act(n)),
  ),
  time: fc.integer({ min: -90, max: 240 }).map(
    (seconds): Step =>
      (world) =>
        (world.now += seconds),
  ),
  pause: fc.constant<Step>((world) => world.order((job) => decidePause(job, ACTOR))),
  resume: fc.constant<Step>((world) => world.order((job, now) => decideResume(job, {}, now, NO_OBSTACLE))),
  cancel: fc.constant<Step>((world) => world.order((job, now) => decideCancel(job, ACTOR, now))),
  approve: fc.constant<Step>((world) => world.order(approve)),
  again: fc.nat(3).map(
    (n): Step =>
      (world) =>
        world.order(reexecute(`r${n}`)),
  ),
};
const weights: Partial<Record<keyof typeof steps, number>> = {
  timer: 6,
  page: 8,
  relay: 8,
  deliver: 10,
  act: 10,
  time: 4,
};
const anyStep = fc.oneof(
  ...Object.entries(steps).map(([name, arbitrary]) => ({
    weight: weights[name as keyof typeof steps] ?? 1,
    arbitrary,
  })),
);

const approve = (job: Parameters<typeof decideApproveWave>[0], now: Date) =>
  decideApproveWave(job, { actor: { id: 'x', name: 'x' } }, now, NO_OBSTACLE);
const reexecute = (requestId: string) => (job: Parameters<typeof decideReexecute>[0], now: Date) =>
  decideReexecute(job, { requestId, only: 'failed', mayResume: true, leaseMs: 1000 }, now);

const anyWorld = fc
  .record({
    size: fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 1, max: 40 }) },
      { weight: 8, arbitrary: fc.integer({ min: 90, max: 350 }) },
      { weight: 1, arbitrary: fc.constant(2_000) },
    ),
    percents: fc.constantFrom([100], [10, 100], [1, 10, 100], [50, 100]),
    soak: fc.constantFrom(0, 60),
    manual: fc.boolean(),
    stops: fc.boolean(),
    everyNthFails: fc.integer({ min: 2, max: 30 }),
    expiresIn: fc.constantFrom(1_200, 100_000, 100_000),
  })
  .map(({ size, percents, soak, manual, stops, everyNthFails, expiresIn }) => {
    const rollout = {
      waves: percents.map((percent, i) => ({
        percent,
        ...(i < percents.length - 1 && { soak: `PT${soak}S`, ...(manual && { approval: 'manual' as const }) }),
      })),
      gate: { successPercent: 60, minimumFinished: 20 },
    };
    const stopWhen = stops ? { failedPercent: 20, minimumFinished: 10 } : null;
    const job = aJob({ expiresAt: at(expiresIn), rollout, stopWhen, rolloutState: newRollout(rollout, stopWhen) });
    const fleet = Array.from({ length: size }, (_, i) => `018f0000-0000-7000-8000-${i.toString(16).padStart(12, '0')}`);
    // a second try helps every other one
    const fails = (id: string, attempt: number) => parseInt(id.slice(-4), 16) % (everyNthFails * attempt) === 0;
    return () => new EngineWorld(job, fleet, fails);
  });

/** No process dies any more and everybody does what is theirs, until nothing is left to do but what a person must decide. */
function calmDown(world: EngineWorld): void {
  for (let round = 0; round < 400; round++) {
    while (world.waiting > 0) world.relay(0, 'none');
    while (world.broker.length > 0) world.deliver(0, 'none');
    for (let i = 0; i < world.fleet.length; i++) for (let n = 0; n < world.stream.length + 3; n++) world.act(i);
    for (let i = 0; i < 30; i++) world.page(0, 'none');
    const isQuiet = world.waiting === 0 && world.broker.length === 0;
    const next = [...world.timers].filter(([kind]) => kind !== 'expire').map(([, dueAt]) => dueAt);
    if (isQuiet && next.length === 0) return;
    if (next.length > 0) {
      const soonest = Math.min(...next.map(Number));
      world.now = Math.max(world.now, (soonest - at(0).getTime()) / 1000);
      world.timer(0, 'none');
    }
  }
  throw new Error('it never calms down');
}

const OVER = ['completed', 'canceled', 'expired'];

describe('a job, its computers and whatever may go wrong', () => {
  it('ends with one truthful execution for each computer, counters that sum, and nobody waiting for a word that never comes', () => {
    fc.assert(
      fc.property(anyWorld, fc.array(anyStep, { maxLength: 250, size: 'max' }), (make, story) => {
        const world = make();
        for (const step of story) step(world);
        calmDown(world);
        // what a person must decide is decided: the job goes on
        for (let i = 0; i < 12 && !OVER.includes(world.job.status); i++) {
          world.order(approve);
          world.order((job, now) => decideResume(job, {}, now, NO_OBSTACLE));
          calmDown(world);
        }
        const { job } = world;
        expect(OVER).toContain(job.status);
        const { total, counters } = world.counted();
        expect(total).toBe(job.total ?? 0);
        expect(Object.values(counters).reduce((sum, n) => sum + n)).toBe(total);
        if (job.status === 'completed') expect([...world.executions.keys()].sort()).toEqual(world.fleet);
        for (const [id, { status, attempt, presumed }] of world.executions) {
          expect(FINAL).toContain(status);
          const computer = world.computers.get(id)!;
          // whoever installed is told of by what it said, and whoever did not never counts as if it had
          expect(computer.installed.has(attempt)).toBe(status === 'succeeded' || status === 'failed');
          if (presumed) expect(computer.state).not.toBe('installing');
        }
      }),
      { numRuns: 150 },
    );
  });
});
