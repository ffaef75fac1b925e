import { aJob, aRunningJob, at } from '../jobs/a-job.fixture.spec.js';
import { decideExpire } from './decide-expire.js';

describe('decideExpire', () => {
  it('given a running job, when it is due, then executions and agents are told, with status expired', () => {
    const { job, effects } = decideExpire(aRunningJob({ expiresAt: at(60) }), at(60));
    expect(job).toMatchObject({
      status: 'expired',
      finishedAt: at(60),
      statusReason: 'Expired at 2026-09-01T00:01:00.000Z.',
    });
    const undo = { closing: 'expired', attempt: 1, reason: 'The job expired at 2026-09-01T00:01:00.000Z.' };
    expect(effects).toEqual([
      { kind: 'clearTimers', timers: ['start', 'expire', 'resolve'] },
      { kind: 'announceStatus' },
      { kind: 'closeExecutions', ...undo },
      { kind: 'sendCancel', ...undo },
    ]);
  });

  it('given an expiry that was moved, when the old timer fires, then it waits for the new one', () => {
    const before = aRunningJob({ expiresAt: at(600) });
    expect(decideExpire(before, at(60))).toEqual({
      job: before,
      changed: true,
      effects: [{ kind: 'setTimer', timer: 'expire', dueAt: at(600) }],
    });
  });

  it.each(['idle', 'resolving', 'assigning'] as const)('says how far the job had come: %s', (phase) => {
    const { job } = decideExpire(
      aJob({ status: phase === 'idle' ? 'scheduled' : 'running', phase, expiresAt: at(1) }),
      at(1),
    );
    expect(job).toMatchObject({ status: 'expired', statusReason: expect.stringContaining('before') });
  });

  it.each(['completed', 'canceled', 'expired'] as const)(
    'given a job that is %s, a late timer changes nothing',
    (status) => {
      expect(decideExpire(aRunningJob({ status }), at(9999)).changed).toBe(false);
    },
  );
});
