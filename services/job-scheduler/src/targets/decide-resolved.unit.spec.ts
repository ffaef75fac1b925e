import { aJob, aRunningJob, at, NOW } from '../jobs/a-job.fixture.spec.js';
import { decideProgress } from '../progress/decide-progress.js';
import { decideResolved, decideResolving } from './decide-resolved.js';

const resolving = aJob({ status: 'running', phase: 'resolving', startedAt: NOW, resolution: 'x' });
const FOUND = {
  resolvedAt: at(1).toISOString(),
  after: null,
  total: 7,
  waveTotals: null,
  unknownGroupIds: [],
  guarded: [],
  chunks: 0,
};
const found = (total: number, resolution = 'x', unknownGroupIds: string[] = []) => ({
  resolution,
  total,
  resolvedAt: at(1),
  unknownGroupIds,
  guarded: [],
  withdrawn: false,
});

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

  it('given a version withdrawn since the job was made, then nothing is assigned and the job says why', () => {
    const { job, effects } = decideResolved(resolving, { ...found(7), withdrawn: true }, at(2));
    expect(job).toMatchObject({ status: 'canceled', phase: 'resolving', finishedAt: at(2) });
    expect(job.statusReason).toMatch(/^version\.withdrawn: /);
    expect(effects.map((effect) => effect.kind)).toEqual(['clearTimers', 'announceStatus']);
  });

  it('given executions that exist already, when the job may not start after all, then they are closed', () => {
    const told = { ...resolving, found: { ...FOUND, chunks: 2 } };
    const refused = decideResolved(told, { ...found(7), withdrawn: true }, at(2));
    expect(refused.job).toMatchObject({ status: 'canceled', total: 7, resolvedAt: at(1) });
    expect(refused.effects.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['assignTargets', 'closeExecutions']),
    );
    expect(refused.effects.map(({ kind }) => kind)).not.toContain('sendCancel');
    const silent = decideResolved({ ...resolving, found: FOUND }, { ...found(7), withdrawn: true }, at(2));
    expect(silent.effects.map(({ kind }) => kind)).not.toContain('closeExecutions');
    expect(silent.job.total).toBeNull();
  });

  it('given executions that exist already, when a rule for approvals has come, then the job does not go back to wait', () => {
    const told = { ...resolving, found: { ...FOUND, chunks: 2 } };
    const { job, effects } = decideResolved(told, found(7), at(2), { above: 5, groups: [] });
    expect(job).toMatchObject({
      status: 'canceled',
      statusReason: expect.stringContaining('order it again') as string,
    });
    expect(effects.map(({ kind }) => kind)).toContain('closeExecutions');
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

describe('decideResolved, when groups were deleted before the start', () => {
  const [accounting, sales, kiosks] = ['g1', 'g2', 'g3'];
  const ordered = {
    ...resolving,
    groups: ['accounting', 'sales'],
    groupIds: [accounting, sales],
    excludeGroups: ['kiosks'],
    excludeGroupIds: [kiosks],
  };
  const without = (total: number, ...gone: string[]) => decideResolved(ordered, found(total, 'x', gone), at(2));

  it.each([0, 7])('an excluded one stops the job before anything is sent, with %i targets found', (total) => {
    const { job, effects } = without(total, kiosks);
    expect(job).toMatchObject({ status: 'canceled', phase: 'resolving', finishedAt: at(2) });
    expect(job.statusReason).toMatch(/^target\.groupRemoved: The group "kiosks" excluded from this job was deleted/);
    expect(effects).toEqual([
      { kind: 'clearTimers', timers: ['start', 'expire', 'resolve'] },
      { kind: 'announceStatus' },
    ]);
  });

  it('all targeted ones, and nobody else to reach: the job does not end green', () => {
    const { job } = without(0, accounting, sales);
    expect(job.status).toBe('canceled');
    expect(job.statusReason).toMatch(
      /^target\.groupRemoved: The groups "accounting", "sales" targeted .* were deleted/,
    );
  });

  it('all targeted ones, but computers are targeted beside: they are served, and the job says what is missing', () => {
    const { job, effects } = without(1, accounting, sales);
    expect(job).toMatchObject({ status: 'running', phase: 'assigning', total: 1 });
    expect(job.statusReason).toContain('went on with the other targets');
    expect(effects).toContainEqual({ kind: 'assignTargets' });
  });

  it('some of the targeted ones: the job goes on with the rest and keeps the note to its end', () => {
    const { job } = without(3, sales);
    expect(job.statusReason).toMatch(/^target\.groupRemoved: The group "sales" targeted .* was deleted/);
    const released = { ...job, phase: 'released' as const };
    const ended = decideProgress(released, { run: 1, total: 3, finished: 3, attempt: 1 }, at(9)).job;
    expect(ended).toMatchObject({ status: 'completed', statusReason: job.statusReason });
  });

  it('some of the targeted ones, the others empty: completed, with both said', () => {
    const { job } = without(0, sales);
    expect(job.status).toBe('completed');
    expect(job.statusReason).toMatch(/^No computer was targeted .* target\.groupRemoved: The group "sales"/);
  });
});
