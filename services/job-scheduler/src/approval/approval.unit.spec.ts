import { aJob, at, NOW } from '../jobs/a-job.fixture.spec.js';
import { decideStart } from '../jobs/decide-start.js';
import { decideResolved } from '../targets/decide-resolved.js';
import { approvalForGroups } from './approval.js';
import { decideApprove } from './decide-approve.js';

const POLICY = { above: 100, groups: ['servers'] };
const pending = approvalForGroups(['servers', 'accounting'], POLICY)!;
const waiting = aJob({ approval: pending, createdBy: 'ann', createdById: 'a' });
const ann = { id: 'a', name: 'ann' };
const bob = { id: 'b', name: 'bob' };
const code = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'done';
};

describe('a job that needs a second pair of eyes', () => {
  it('for its groups is one that names a guarded one', () => {
    expect(pending).toMatchObject({ reason: 'it is for "servers"', approvedBy: null });
    expect(approvalForGroups(['accounting'], POLICY)).toBeNull();
  });

  it('does not start while it waits, though its moment has come', () => {
    const { job, effects } = decideStart(waiting, at(1));
    expect([job.status, effects]).toEqual(['scheduled', []]);
  });

  it('starts after the approval: at its moment, or at once when that is past', () => {
    const early = decideApprove(waiting, { actor: bob }, at(-60));
    expect(early.effects).toEqual([{ kind: 'setTimer', timer: 'start', dueAt: NOW }]);
    const late = decideApprove(waiting, { actor: bob }, at(60));
    expect(late.effects).toEqual([{ kind: 'setTimer', timer: 'start', dueAt: at(60) }]);
    expect(late.job.approval).toMatchObject({ approvedBy: 'bob', approvedAt: at(60).toISOString() });
    expect(decideStart(late.job, at(61)).job.status).toBe('running');
  });

  it('is not approved by whoever made it, nor twice, nor once it is over', () => {
    expect(code(() => decideApprove(waiting, { actor: ann }, NOW))).toBe('job.approvalBySelf');
    const { job } = decideApprove(waiting, { actor: bob }, NOW);
    expect(code(() => decideApprove(job, { actor: bob }, NOW))).toBe('job.approvalNotNeeded');
    expect(code(() => decideApprove(aJob({ approval: null }), { actor: bob }, NOW))).toBe('job.approvalNotNeeded');
    expect(code(() => decideApprove({ ...waiting, status: 'canceled' }, { actor: bob }, NOW))).toBe('job.wrongState');
    expect(code(() => decideApprove(waiting, { actor: bob, revision: 9 }, NOW))).toBe('precondition.failed');
  });
});

describe('a job that turns out to be for many computers', () => {
  const resolving = aJob({
    status: 'running',
    phase: 'resolving',
    startedAt: NOW,
    resolution: 'x',
    createdBy: 'ann',
    createdById: 'a',
  });
  const resolved = (job: typeof resolving, total: number, guarded: string[] = []) =>
    decideResolved(
      job,
      { resolution: 'x', total, resolvedAt: at(1), unknownGroupIds: [], guarded, withdrawn: false },
      at(2),
      POLICY,
    );

  it('goes on up to the limit', () => {
    expect(resolved(resolving, 100).job).toMatchObject({ status: 'running', phase: 'assigning' });
  });

  it('goes back and waits above it, before anybody was told anything', () => {
    const { job, effects } = resolved(resolving, 101);
    expect(job).toMatchObject({ status: 'scheduled', phase: 'idle', total: 101, resolution: null, startedAt: null });
    expect(job.statusReason).toBe(
      'Waits until somebody other than ann approves it: it is for 101 computers, more than 100.',
    );
    expect(effects).toEqual([{ kind: 'clearTimers', timers: ['resolve'] }, { kind: 'announceStatus' }]);
  });

  it('is approved for the number that was seen, and waits again when there are more by then', () => {
    const { job: held } = resolved(resolving, 101);
    const { job: approved } = decideApprove(held, { actor: bob }, at(60));
    const again = { ...approved, status: 'running' as const, phase: 'resolving' as const, resolution: 'x' };
    expect(resolved(again, 101).job.phase).toBe('assigning');
    expect(resolved(again, 102).job).toMatchObject({ status: 'scheduled', approval: { approvedBy: null } });
  });

  it('waits when it reaches computers of a guarded group, however they became targets', () => {
    const { job } = resolved(resolving, 3, ['servers']);
    expect(job).toMatchObject({ status: 'scheduled', phase: 'idle', approval: { approvedBy: null } });
    expect(job.statusReason).toContain('it reaches computers of a guarded group');
    expect(resolved(resolving, 101, ['servers']).job.statusReason).toContain(
      'it reaches computers of a guarded group, and it is for 101 computers, more than 100',
    );
  });

  it('is approved for the guarded groups that were seen, and waits again when it reaches another by then', () => {
    const { job: held } = resolved(resolving, 3, ['servers']);
    const { job: approved } = decideApprove(held, { actor: bob }, at(60));
    const again = { ...approved, status: 'running' as const, phase: 'resolving' as const, resolution: 'x' };
    expect(resolved(again, 3, ['servers']).job.phase).toBe('assigning');
    expect(resolved(again, 2, []).job.phase).toBe('assigning');
    expect(resolved(again, 3, ['routers', 'servers']).job).toMatchObject({
      status: 'scheduled',
      approval: { approvedBy: null, groups: ['routers', 'servers'] },
    });
  });

  it('is not covered by an approval for a group that was named, when it reaches another', () => {
    const { job } = decideApprove(waiting, { actor: bob }, NOW);
    const again = { ...job, status: 'running' as const, phase: 'resolving' as const, resolution: 'x' };
    expect(resolved(again, 3, ['servers']).job.phase).toBe('assigning');
    expect(resolved(again, 3, ['routers']).job.status).toBe('scheduled');
  });

  it('that somebody approved before it was counted goes on', () => {
    const { job } = decideApprove(waiting, { actor: bob }, NOW);
    const again = { ...job, status: 'running' as const, phase: 'resolving' as const, resolution: 'x' };
    expect(resolved(again, 5_000).job.phase).toBe('assigning');
  });
});
