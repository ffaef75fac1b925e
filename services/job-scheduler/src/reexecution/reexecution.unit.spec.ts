import type { JobStatus } from '@waybill/contracts';
import { aJob, aRunningJob, at, NOW } from '../jobs/a-job.fixture.spec.js';
import { aReleased } from '../rollout/a-rollout.fixtures.spec.js';
import { decideReexecute } from './decide-reexecute.js';
import { decideReopened } from './decide-reopened.js';

const order = { requestId: 'r1', only: 'failed' as const, mayResume: true, leaseMs: 10_000 };
const pending = { requestId: 'r1', attempt: 2, withdrawn: false };

describe('decideReexecute', () => {
  it.each<JobStatus>(['running', 'completed', 'canceled', 'expired', 'halted'])(
    'accepts for a job that is %s, with a timer that resumes it',
    (status) => {
      const { job, effects } = decideReexecute(aRunningJob({ status }), order, at(0));
      expect(job).toMatchObject({ status, attempt: 1, reexecution: pending, revision: aRunningJob().revision + 1 });
      expect(effects).toEqual([{ kind: 'setTimer', timer: 'reexecute', dueAt: at(10) }]);
    },
  );

  it('refuses a job that was not started', () => {
    expect(() => decideReexecute(aJob(), order, at(0))).toThrow(
      expect.objectContaining({ kind: 'conflict', code: 'job.wrongState' }),
    );
  });

  it('refuses a job whose first commands have not left: its computers are not done once', () => {
    for (const phase of ['resolving', 'assigning'] as const) {
      expect(() => decideReexecute(aRunningJob({ phase }), order, at(0))).toThrow(
        expect.objectContaining({ code: 'job.wrongState' }),
      );
    }
  });

  it.each<JobStatus>(['completed', 'canceled', 'expired'])(
    'refuses a job that was %s before its first command: nobody approved what it reaches, and who must be spared may be unknown',
    (status) => {
      for (const phase of ['idle', 'resolving', 'assigning'] as const) {
        expect(() => decideReexecute(aRunningJob({ status, phase }), order, at(0))).toThrow(
          expect.objectContaining({ code: 'job.wrongState', message: expect.stringContaining('Clone it') }),
        );
      }
    },
  );

  it('refuses a second one while the first is on its way', () => {
    expect(() => decideReexecute(aRunningJob({ reexecution: { ...pending, requestId: 'r0' } }), order, at(0))).toThrow(
      expect.objectContaining({ kind: 'conflict', code: 'job.reexecutionPending' }),
    );
  });

  it('the same request again changes nothing, even with the revision it was made for', () => {
    expect(
      decideReexecute(aRunningJob({ reexecution: pending, revision: 5 }), { ...order, revision: 4 }, at(0)).changed,
    ).toBe(false);
  });

  it('refuses what was decided on an older view', () => {
    expect(() => decideReexecute(aRunningJob({ revision: 2 }), { ...order, revision: 1 }, at(0))).toThrow(
      expect.objectContaining({ kind: 'precondition', code: 'precondition.failed' }),
    );
  });
});

describe('who may only repeat what a job has done', () => {
  const helpdesk = { ...order, mayResume: false };
  const manual = { waves: [{ percent: 1, approval: 'manual' as const }, { percent: 100 }] };
  const code = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      return (error as { code: string }).code;
    }
    return 'done';
  };

  it('does not set a halted job going', () => {
    const halted = aRunningJob({ status: 'halted' });
    expect(code(() => decideReexecute(halted, helpdesk, at(0)))).toBe('permission.required');
    expect(code(() => decideReexecute(halted, order, at(0)))).toBe('done');
    expect(code(() => decideReexecute(aRunningJob(), helpdesk, at(0)))).toBe('done');
  });

  it.each(['canceled', 'expired'] as const)(
    'reaches nobody whose wave was not let go before the job was %s',
    (status) => {
      const closed = { ...aReleased([1, 9, 90], NOW), status };
      const unsuccessful = { only: 'unsuccessful' as const };
      expect(code(() => decideReexecute(closed, { ...helpdesk, ...unsuccessful }, at(0)))).toBe('permission.required');
      expect(code(() => decideReexecute(closed, { ...helpdesk, only: { computers: ['c'] } }, at(0)))).toBe(
        'permission.required',
      );
      expect(code(() => decideReexecute(closed, helpdesk, at(0)))).toBe('done');
      expect(code(() => decideReexecute(closed, { ...order, ...unsuccessful }, at(0)))).toBe('done');
      const whole = { ...closed, rolloutState: { ...closed.rolloutState!, released: 3 } };
      expect(code(() => decideReexecute(whole, { ...helpdesk, ...unsuccessful }, at(0)))).toBe('done');
    },
  );

  it('and nobody passes by a wave that waits for a person', () => {
    const job = aReleased([1, 99], NOW, { rollout: manual });
    const closed = { ...job, status: 'canceled' as const };
    const again = { ...order, only: 'unsuccessful' as const };
    expect(code(() => decideReexecute(closed, again, at(0)))).toBe('job.approvalMissing');
    expect(code(() => decideReexecute(closed, order, at(0)))).toBe('done');
    const [first, second] = closed.rolloutState!.waves;
    const approved = { ...closed.rolloutState!, waves: [{ ...first!, approvedBy: 'second' }, second!] };
    expect(code(() => decideReexecute({ ...closed, rolloutState: approved }, again, at(0)))).toBe('done');
  });
});

describe('decideReopened', () => {
  const reopened = (total: number) => ({
    requestId: 'r1',
    computers: Array.from({ length: total }, (_, i) => `c${i}`),
    failed: total,
  });

  it('given a completed job, when computers were reopened, then it runs again with the next attempt', () => {
    const { job, effects } = decideReopened(
      aRunningJob({ status: 'completed', finishedAt: at(1), finishedAttempt: 1, reexecution: pending }),
      reopened(2),
      at(5),
    );
    expect(job).toMatchObject({
      status: 'running',
      attempt: 2,
      finishedAt: null,
      reexecution: null,
      expiresAt: at(3600),
    });
    expect(effects).toEqual([
      { kind: 'clearTimers', timers: ['reexecute'] },
      { kind: 'setTimer', timer: 'expire', dueAt: at(3600) },
      { kind: 'announceStatus' },
      { kind: 'releaseAttempt', attempt: 2, computers: ['c0', 'c1'] },
    ]);
  });

  it('given an expired job, then the new attempt gets 30 days', () => {
    const { job } = decideReopened(
      aRunningJob({ status: 'expired', expiresAt: at(1), reexecution: pending }),
      reopened(2),
      at(5),
    );
    expect(job).toMatchObject({ status: 'running', expiresAt: at(5 + 30 * 86_400) });
  });

  it('when nobody matched, then the attempt number is not used up', () => {
    const { job, effects } = decideReopened(
      aRunningJob({ status: 'completed', reexecution: pending }),
      reopened(0),
      at(5),
    );
    expect(job).toMatchObject({ status: 'completed', attempt: 1, reexecution: null });
    expect(effects).toEqual([{ kind: 'clearTimers', timers: ['reexecute'] }]);
  });

  it('when nobody matched and all became final meanwhile, then the running job is completed', () => {
    const { job } = decideReopened(aRunningJob({ finishedAttempt: 1, reexecution: pending }), reopened(0), at(5));
    expect(job.status).toBe('completed');
  });

  it('given a job canceled after the request, then what was reopened is closed and no command leaves', () => {
    const before = aRunningJob({
      status: 'canceled',
      statusReason: 'why',
      reexecution: { ...pending, withdrawn: true },
    });
    const { job, effects } = decideReopened(before, reopened(2), at(5));
    expect(job).toMatchObject({ status: 'canceled', attempt: 2, reexecution: null });
    expect(effects).toEqual([
      { kind: 'clearTimers', timers: ['reexecute'] },
      { kind: 'closeExecutions', closing: 'canceled', attempt: 2, reason: 'why' },
    ]);
  });

  it('given all reopened were closed before the commands left, then the job is completed at once', () => {
    const { job, effects } = decideReopened(
      aRunningJob({ finishedAttempt: 2, reexecution: pending }),
      reopened(1),
      at(5),
    );
    expect(job).toMatchObject({ status: 'completed', attempt: 2, reexecution: null });
    expect(effects.map((effect) => effect.kind)).not.toContain('releaseAttempt');
  });

  it('the second time changes nothing', () => {
    expect(decideReopened(aRunningJob(), reopened(2), at(5)).changed).toBe(false);
    expect(
      decideReopened(aRunningJob({ reexecution: { ...pending, requestId: 'r2' } }), reopened(2), at(5)).changed,
    ).toBe(false);
  });

  it.each(['completed', 'halted', 'expired'] as const)(
    'given a job that is %s and a version that was withdrawn meanwhile, then the new attempt is closed and nobody begins',
    (status) => {
      const obstacle = { untrusted: null, withdrawn: true };
      const { job, effects } = decideReopened(
        aRunningJob({ status, reexecution: pending }),
        { ...reopened(2), obstacle },
        at(5),
      );
      expect(job).toMatchObject({ status, attempt: 2, reexecution: null });
      expect(effects).toMatchObject([
        { kind: 'clearTimers', timers: ['reexecute'] },
        {
          kind: 'closeExecutions',
          closing: 'canceled',
          attempt: 2,
          reason: expect.stringMatching(/^version\.withdrawn/),
        },
      ]);
    },
  );
});
