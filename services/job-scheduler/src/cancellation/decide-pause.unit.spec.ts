import { aReleased, progress } from '../rollout/a-rollout.fixtures.spec.js';
import { aJob, aRunningJob, at, NOW } from '../jobs/a-job.fixture.spec.js';
import { decideProgress } from '../progress/decide-progress.js';
import { decideResume } from '../rollout/decide-resume.js';
import { decideRollout, NO_OBSTACLE } from '../rollout/decide-rollout.js';
import { decideExpire } from './decide-expire.js';
import { decidePause } from './decide-pause.js';

const order = { actor: 'admin', reason: 'a meeting' };

describe('decidePause', () => {
  it('given a running job, then computers are told to wait', () => {
    const { job, effects } = decidePause(aRunningJob(), order);
    expect(job).toMatchObject({ status: 'paused', statusReason: 'Paused by admin: a meeting', revision: 5 });
    expect(effects).toEqual([
      { kind: 'announceStatus' },
      { kind: 'sendHold', held: true, reason: 'Paused by admin: a meeting' },
    ]);
  });

  it.each(['scheduled', 'paused', 'halted', 'completed', 'canceled', 'expired'] as const)(
    'given a job that is %s, then it is refused with the states that allow it',
    (status) => {
      expect(() => decidePause(aRunningJob({ status }), order)).toThrow(
        `A job that is ${status} cannot be paused; that is possible while it is running.`,
      );
    },
  );

  it('given a job that is being started, or re-executed, then it is refused for the moment', () => {
    expect(() => decidePause(aJob({ status: 'running', phase: 'assigning' }), order)).toThrow('try again in a moment');
    const reexecution = { requestId: 'r', attempt: 2, withdrawn: false };
    expect(() => decidePause(aRunningJob({ reexecution }), order)).toThrow('try again when it is done');
  });

  it('no wave leaves while it is paused; resumed, it goes on where it was, with no gate waived', () => {
    const paused = decidePause(aReleased([20, 180, 1800], NOW), order);
    expect(paused.effects).toContainEqual({ kind: 'clearTimers', timers: ['wave'] });
    const told = progress(paused.job, [[8, 2]], at(90));
    expect(told.job).toMatchObject({ status: 'paused', rolloutState: { tally: { finished: 10 } } });
    expect(decideRollout(told.job, at(91)).changed).toBe(false);
    const { job, effects } = decideResume(told.job, {}, at(92), NO_OBSTACLE);
    // the gate is judged now, and was not passed: nobody is told to go on in between
    expect(effects.filter((effect) => effect.kind === 'sendHold').map(({ held }) => held)).toEqual([true]);
    expect(job).toMatchObject({ status: 'halted', rolloutState: { released: 1, waived: 0 } });
  });

  it('a paused job ends when nothing is left to do, and expires like any other', () => {
    const { job } = decidePause(aRunningJob(), order);
    expect(decideProgress(job, { run: 1, total: 3, finished: 3, attempt: 1 }, at(9)).job.status).toBe('completed');
    expect(decideExpire(job, at(4000)).job.status).toBe('expired');
  });
});
