import type { JobStatus } from '@waybill/contracts';
import { aJob, aRunningJob, at } from '../jobs/a-job.fixture.spec.js';
import type { Job, JobPhase } from '../jobs/job.js';
import { decideCancel } from './decide-cancel.js';

const order = { actor: 'admin', reason: 'wrong group' };
const kinds = (job: Job) => decideCancel(job, order, at(5)).effects.map((effect) => effect.kind);
const running = (phase: JobPhase) => aRunningJob({ phase });

describe('decideCancel', () => {
  it('says who and why', () => {
    const { job } = decideCancel(aRunningJob(), order, at(5));
    expect(job).toMatchObject({
      status: 'canceled',
      statusReason: 'Canceled by admin: wrong group',
      finishedAt: at(5),
      revision: 5,
    });
  });

  it.each<[string, Job, string[]]>([
    ['scheduled: nothing to undo', aJob(), []],
    ['resolving: there are no executions', running('resolving'), []],
    ['assigning: executions, but no command left', running('assigning'), ['closeExecutions']],
    ['released: executions and agents', running('released'), ['closeExecutions', 'sendCancel']],
  ])('%s', (_what, job, undone) => {
    expect(kinds(job)).toEqual(['clearTimers', 'announceStatus', ...undone]);
  });

  it('says of a run that is over how the recurring job is ended', () => {
    const series = { id: 's', number: 2, of: 3, recurrence: 'FREQ=DAILY;COUNT=3' };
    const cancel = () => decideCancel(aJob({ series, status: 'completed' }), order, at(5));
    expect(cancel).toThrow(
      expect.objectContaining({ code: 'job.wrongState', message: expect.stringContaining('series==s') }),
    );
  });

  it('names the attempts it is about, so that it cannot close a later one', () => {
    const { effects } = decideCancel(aRunningJob({ attempt: 3 }), order, at(5));
    expect(effects.slice(2)).toEqual([
      { kind: 'closeExecutions', closing: 'canceled', attempt: 3, reason: 'Canceled by admin: wrong group' },
      { kind: 'sendCancel', closing: 'canceled', attempt: 3, reason: 'Canceled by admin: wrong group' },
    ]);
  });

  it('withdraws a re-execution on its way but lets its work go on', () => {
    const reexecution = { requestId: 'r', attempt: 2, withdrawn: false };
    const { job, effects } = decideCancel(aRunningJob({ reexecution }), order, at(5));
    expect(job.reexecution).toEqual({ ...reexecution, withdrawn: true });
    expect(effects[0]).toEqual({ kind: 'clearTimers', timers: ['start', 'expire', 'resolve'] });
  });

  it.each<JobStatus>(['completed', 'canceled', 'expired'])(
    'refuses a job that is %s and names where it would be possible',
    (status) => {
      expect(() => decideCancel(aRunningJob({ status }), order, at(5))).toThrow(
        expect.objectContaining({
          kind: 'conflict',
          code: 'job.wrongState',
          detail: `A job that is ${status} cannot be canceled; that is possible while it is draft, scheduled, running, paused or halted.`,
        }),
      );
    },
  );

  it('refuses what was decided on an older view, before anything else', () => {
    expect(() =>
      decideCancel(aRunningJob({ status: 'completed', revision: 9 }), { ...order, revision: 8 }, at(5)),
    ).toThrow(expect.objectContaining({ kind: 'precondition', code: 'precondition.failed' }));
    expect(decideCancel(aRunningJob({ revision: 9 }), { ...order, revision: 9 }, at(5)).job.status).toBe('canceled');
  });
});
