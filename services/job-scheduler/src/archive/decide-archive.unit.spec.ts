import { aJob, at, NOW } from '../jobs/a-job.fixture.spec.js';
import { daysAfter } from '../jobs/job.js';
import { decideReexecute } from '../reexecution/decide-reexecute.js';
import { decideArchive } from './decide-archive.js';

const ended = aJob({ status: 'completed', finishedAt: NOW, phase: 'released' });

describe('archiving a job', () => {
  it.each(['completed', 'canceled', 'expired'] as const)('that is %s for long enough', (status) => {
    const now = daysAfter(NOW, 30);
    const { job, effects } = decideArchive({ ...ended, status }, now, 30);
    expect(job).toMatchObject({ status, archivedAt: now, revision: ended.revision + 1 });
    expect(effects).toEqual([{ kind: 'announceArchive' }]);
  });

  it.each([
    ['ended too lately', ended, new Date(daysAfter(NOW, 30).getTime() - 1)],
    ['runs again', { ...ended, status: 'running' as const }, daysAfter(NOW, 40)],
    ['has not ended', { ...ended, finishedAt: null }, daysAfter(NOW, 40)],
    ['was archived', { ...ended, archivedAt: at(5) }, daysAfter(NOW, 40)],
    [
      'is being executed again',
      { ...ended, reexecution: { requestId: 'r', attempt: 2, withdrawn: false } },
      daysAfter(NOW, 40),
    ],
  ])('is not done when it %s', (_why, job, now) => {
    expect(decideArchive(job, now, 30).changed).toBe(false);
  });

  it('is the end of re-executions', () => {
    const order = { requestId: 'r', only: 'failed' as const, mayResume: true, leaseMs: 1000 };
    expect(() => decideReexecute({ ...ended, archivedAt: at(5) }, order, NOW)).toThrow(
      expect.objectContaining({ code: 'job.archived' }),
    );
    expect(decideReexecute(ended, order, NOW).changed).toBe(true);
  });
});
