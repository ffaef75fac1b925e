import { aJob, aRunningJob, at, NOW } from '../jobs/a-job.fixture.spec.js';
import { decideResolved, decideResolving } from './decide-resolved.js';

const resolving = aJob({ status: 'running', phase: 'resolving', startedAt: NOW, resolution: 'x' });
const found = (total: number, resolution = 'x') => ({ resolution, total, resolvedAt: at(1) });

describe('decideResolved', () => {
  it('given a resolving job, when targets were found, then result gets them', () => {
    const { job, effects } = decideResolved(resolving, found(7), at(2));
    expect(job).toMatchObject({ status: 'running', phase: 'assigning', total: 7, resolvedAt: at(1) });
    expect(effects).toEqual([{ kind: 'clearTimers', timers: ['resolve'] }, { kind: 'assignTargets' }]);
  });

  it('given a resolving job, when nobody is targeted, then it is completed with a note', () => {
    const { job, effects } = decideResolved(resolving, found(0), at(2));
    expect(job).toMatchObject({
      status: 'completed',
      statusReason: 'No computer was targeted when the job started.',
      total: 0,
      finishedAt: at(2),
    });
    expect(effects).toEqual([{ kind: 'clearTimers', timers: ['resolve', 'expire'] }, { kind: 'announceStatus' }]);
  });

  it('given a resolution that was overtaken, then nothing changes', () => {
    const { job } = decideResolving(resolving, 'y');
    expect(job).toMatchObject({ resolution: 'y', revision: resolving.revision });
    expect(decideResolved(job, found(7, 'x'), at(2)).changed).toBe(false);
  });

  it.each([aRunningJob({ resolution: 'x' }), { ...resolving, status: 'canceled' as const }])(
    'given a job beyond, a second resolution changes nothing',
    (job) => {
      expect(decideResolved(job, found(7), at(2)).changed).toBe(false);
    },
  );
});
