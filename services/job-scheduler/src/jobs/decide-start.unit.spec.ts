import { aJob, aRunningJob, at, NOW } from './a-job.fixture.spec.js';
import { decideStart } from './decide-start.js';

describe('decideStart', () => {
  it('given a scheduled job, when it is due, then the targets are to be resolved at once', () => {
    const { job, effects } = decideStart(aJob(), at(1));
    expect(job).toMatchObject({ status: 'running', phase: 'resolving', startedAt: at(1), revision: 2 });
    expect(effects).toEqual([{ kind: 'setTimer', timer: 'resolve', dueAt: at(1) }, { kind: 'announceStatus' }]);
  });

  it('given a scheduled job, when the scheduler wakes after its expiry, then it expires without a target', () => {
    const { job, effects } = decideStart(aJob({ expiresAt: at(60) }), at(60));
    expect(job).toMatchObject({ status: 'expired', phase: 'idle', finishedAt: at(60), total: null });
    expect(effects).toEqual([{ kind: 'clearTimers', timers: ['start', 'expire'] }, { kind: 'announceStatus' }]);
  });

  it.each([aRunningJob(), aJob({ status: 'canceled' })])(
    'given a job that is not scheduled, a late timer changes nothing',
    (job) => {
      expect(decideStart(job, NOW)).toEqual({ job, changed: false, effects: [] });
    },
  );
});
