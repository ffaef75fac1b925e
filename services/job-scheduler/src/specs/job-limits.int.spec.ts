import { type Actor, type Grant, JOB_RPC, type JobView, type RpcContract, type RpcPattern } from '@waybill/contracts';
import { specActor } from '@waybill/testing';
import { v7 } from 'uuid';
import { computers, create, order, publishVersion, published } from './orders.fixtures.spec.js';
import { type SchedulerReplicas, SERVERS_TIMEOUT_MS, startScheduler } from './scheduler-replicas.spec.js';

let scheduler: SchedulerReplicas;
let jobs: Record<'mine' | 'theirs' | 'both' | 'single' | 'otherCategory', JobView>;
const LATER = { startAt: new Date(Date.now() + 86_400_000).toISOString() };
beforeAll(async () => {
  scheduler = await startScheduler(1);
  scheduler.peers.categories.set('acme-ledger', 'office').set('acme-game', 'games');
  await publishVersion(scheduler);
  await publishVersion(scheduler, published('acme-game'));
  const [one, two, three] = computers(scheduler, 3);
  await scheduler.group('mine', [one!]);
  await scheduler.group('theirs', [two!]);
  const make = (changes: object) => create(scheduler, { schedule: LATER, ...changes });
  jobs = {
    mine: await make({ targets: { groups: ['mine'] } }),
    theirs: await make({ targets: { groups: ['theirs'] } }),
    both: await make({ targets: { groups: ['mine', 'theirs'] } }),
    single: await make({ targets: { computers: [three!] } }),
    otherCategory: await make({ package: 'acme-game', targets: { groups: ['mine'] } }),
  };
}, SERVERS_TIMEOUT_MS);
afterAll(() => scheduler?.stop());

const limited = (...grants: Grant[]): Actor => specActor({ grants, id: 'op', name: 'op' });
const operator = limited({ role: 'operator', groups: ['mine'], categories: ['office'] });
const outcome = <P extends RpcPattern>(actor: Actor, pattern: P, request: RpcContract[P]['request']) =>
  scheduler.rpc.as(actor, pattern, request).then(
    () => ({ code: 'done', errors: undefined }),
    ({ code, errors }: { code: string; errors?: { pointer: string; message: string }[] }) => ({ code, errors }),
  );
const HIDDEN = ['theirs', 'both', 'single', 'otherCategory'] as const;

describe('an operator limited to a group and a category', () => {
  it.each(HIDDEN)('hears of a job (%s) that it is not there, whatever they ask', async (which) => {
    const { id } = jobs[which];
    for (const [pattern, request] of [
      [JOB_RPC.get, { id }],
      [JOB_RPC.cancel, { id }],
      [JOB_RPC.reexecute, { id, only: 'failed', requestId: v7() }],
      // a creation whose id exists is answered with the job
      [JOB_RPC.create, { id, job: order({ targets: { groups: ['mine'] } }) }],
    ] as const)
      expect([pattern, (await outcome(operator, pattern, request as never)).code]).toEqual([pattern, 'job.notFound']);
    expect((await scheduler.rpc.call(JOB_RPC.get, { id })).status).toBe('scheduled');
  });

  it('lists their own, also with a filter that asks for others', async () => {
    const ids = async (filter?: string) =>
      (await scheduler.rpc.as(operator, JOB_RPC.list, { ...(filter ? { filter } : {}) })).items.map(({ id }) => id);
    expect(await ids()).toEqual([jobs.mine.id]);
    expect(await ids(`id==${jobs.theirs.id}`)).toEqual([]);
  });

  it('may see a job and not cancel it, when the roles say so', async () => {
    const reader = limited({ role: 'viewer' }, { role: 'operator', groups: ['mine'] });
    expect((await outcome(reader, JOB_RPC.cancel, { id: jobs.theirs.id })).code).toBe('permission.limited');
  });

  it('makes jobs for their group and category, in their own name', async () => {
    const job = order({ schedule: LATER, targets: { groups: ['mine'] } });
    const { id, createdBy } = await scheduler.rpc.as(operator, JOB_RPC.create, { job });
    expect(createdBy).toBe('op');
    expect((await outcome(operator, JOB_RPC.cancel, { id })).code).toBe('done');
  });

  it.each([
    ['another group', { targets: { groups: ['theirs'] } }, '/targets/groups/0', 'there is no group "theirs"'],
    ['a group that does not exist', { targets: { groups: ['none'] } }, '/targets/groups/0', 'there is no group "none"'],
    [
      'an exclusion of another group',
      { targets: { groups: ['mine'], exclude: { groups: ['theirs'] } } },
      '/targets/exclude/groups/0',
      'there is no group "theirs"',
    ],
    [
      'another category',
      { package: 'acme-game', targets: { groups: ['mine'] } },
      '/package',
      'there is no package "acme-game"',
    ],
  ])('cannot make one for %s, and learns nothing of it', async (_what, changes, pointer, message) => {
    const { code, errors } = await outcome(operator, JOB_RPC.create, { job: order(changes) });
    expect([code, errors]).toEqual(['job.invalid', [{ pointer, message }]]);
  });

  it('cannot make one for single computers', async () => {
    const [id] = computers(scheduler, 1);
    const { code, errors } = await outcome(operator, JOB_RPC.create, { job: order({ targets: { computers: [id!] } }) });
    expect([code, errors?.[0]?.pointer]).toEqual(['job.invalid', '/targets/computers']);
  });

  it('is not told which ids are those of computers', async () => {
    const [known, unknown] = [computers(scheduler, 1)[0]!, v7()];
    for (const targets of [
      (id: string) => ({ computers: [id] }),
      (id: string) => ({ groups: ['mine'], exclude: { computers: [id] } }),
    ]) {
      const [first, second] = [targets(known), targets(unknown)].map((of) => order({ schedule: LATER, targets: of }));
      const answer = await outcome(operator, JOB_RPC.create, { job: second! });
      expect(await outcome(operator, JOB_RPC.create, { job: first! })).toEqual(answer);
      expect(JSON.stringify(answer)).not.toContain('no computer');
    }
  });

  it('cannot add up the group of one role and the category of another', async () => {
    const two = limited(
      { role: 'operator', groups: ['mine'], categories: ['office'] },
      { role: 'operator', groups: ['theirs'], categories: ['games'] },
    );
    const job = order({ package: 'acme-game', targets: { groups: ['mine'] } });
    expect((await outcome(two, JOB_RPC.create, { job })).code).toBe('permission.limited');
  });
});
