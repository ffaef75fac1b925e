import { aRunningJob, at } from '../jobs/a-job.fixture.spec.js';
import { decideProgress } from './decide-progress.js';

const all = { run: 1, total: 3, finished: 3, attempt: 1 };

describe('decideProgress', () => {
  it('given a running job, when all are final, then it is completed', () => {
    const { job, effects } = decideProgress(aRunningJob(), all, at(9));
    expect(job).toMatchObject({ status: 'completed', finishedAt: at(9), finishedAttempt: 1 });
    expect(effects).toEqual([{ kind: 'clearTimers', timers: ['expire'] }, { kind: 'announceStatus' }]);
  });

  it('when not all are final, then nothing changes', () => {
    expect(decideProgress(aRunningJob(), { ...all, finished: 2 }, at(9)).changed).toBe(false);
  });

  it('a late word about an earlier attempt does not complete the job', () => {
    const { job } = decideProgress(aRunningJob({ attempt: 2 }), all, at(9));
    expect(job).toMatchObject({ status: 'running', finishedAttempt: 1 });
  });

  it('while a re-execution is on its way it is only remembered', () => {
    const reexecution = { requestId: 'r', attempt: 2, withdrawn: false };
    const { job, effects } = decideProgress(aRunningJob({ reexecution }), all, at(9));
    expect(job).toMatchObject({ status: 'running', finishedAttempt: 1 });
    expect(effects).toEqual([]);
  });

  it.each([
    ['another run', aRunningJob(), { ...all, run: 2 }],
    ['another total', aRunningJob({ total: 4 }), all],
    ['an attempt that was never issued', aRunningJob(), { ...all, attempt: 2 }],
    ['known already', aRunningJob({ status: 'completed', finishedAttempt: 1 }), all],
  ])('%s changes nothing', (_what, job, progress) => {
    expect(decideProgress(job, progress, at(9)).changed).toBe(false);
  });

  it('a closed job stays closed', () => {
    expect(decideProgress(aRunningJob({ status: 'canceled' }), all, at(9)).job.status).toBe('canceled');
  });
});
