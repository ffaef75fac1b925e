import { aJob, aRunningJob, at, NOW } from '../jobs/a-job.fixture.spec.js';
import { decideResolved } from './decide-resolved.js';

const resolving = aJob({ status: 'running', phase: 'resolving', startedAt: NOW });

describe('decideResolved', () => {
  it('given a resolving job, when targets were found, then result gets them', () => {
    const { job, effects } = decideResolved(resolving, { total: 7, resolvedAt: at(1) }, at(2));
    expect(job).toMatchObject({ status: 'running', phase: 'assigning', total: 7, resolvedAt: at(1) });
    expect(effects).toEqual([{ kind: 'clearTimers', timers: ['resolve'] }, { kind: 'assignTargets' }]);
  });

  it('given a resolving job, when nobody is targeted, then it is completed with a note', () => {
    const { job, effects } = decideResolved(resolving, { total: 0, resolvedAt: at(1) }, at(2));
    expect(job).toMatchObject({
      status: 'completed',
      statusReason: 'No computer was targeted when the job started.',
      total: 0,
      finishedAt: at(2),
    });
    expect(effects).toEqual([{ kind: 'clearTimers', timers: ['resolve', 'expire'] }, { kind: 'announceStatus' }]);
  });

  it.each([aRunningJob(), aJob({ status: 'canceled', phase: 'resolving' })])(
    'given a job beyond, a second resolution changes nothing',
    (job) => {
      expect(decideResolved(job, { total: 7, resolvedAt: at(1) }, at(2)).changed).toBe(false);
    },
  );
});
