import {
  type Actor,
  type CreateJob,
  type Grant,
  JOB_RPC,
  type JobTemplateView,
  TEMPLATE_RPC,
  type WaybillError,
} from '@waybill/contracts';
import { specActor } from '@waybill/testing';
import { v7 } from 'uuid';
import { computers, create, order, publishVersion } from '../specs/orders.fixtures.spec.js';
import { type SchedulerReplicas, SERVERS_TIMEOUT_MS, startScheduler } from '../specs/scheduler-replicas.spec.js';

let scheduler: SchedulerReplicas;
beforeAll(async () => {
  scheduler = await startScheduler(1);
  await publishVersion(scheduler);
  const [one, two] = computers(scheduler, 2);
  await scheduler.group('mine', [one!]);
  await scheduler.group('theirs', [two!]);
}, SERVERS_TIMEOUT_MS);
afterAll(() => scheduler?.stop());

const MINE = order({ targets: { groups: ['mine'] } });
const keep = (name: string, job: CreateJob = MINE, id = v7()): Promise<JobTemplateView> =>
  scheduler.rpc.call(TEMPLATE_RPC.create, { id, template: { name, job } });
const limited = (...grants: Grant[]): Actor => specActor({ grants, id: 'op', name: 'op' });

describe('a job template', () => {
  it('is kept as it was given, changed, listed and removed', async () => {
    const user = { notify: true, deferrals: 3, deadline: 'P2D', restart: 'force' as const };
    const job = order({ targets: { groups: ['mine'] }, priority: 7, schedule: { zone: 'Asia/Tokyo' }, user });
    const made = await keep('monthly', job);
    expect(made).toMatchObject({ name: 'monthly', job, createdBy: 'admin', revision: 1 });
    expect(await scheduler.rpc.call(TEMPLATE_RPC.get, { id: made.id })).toEqual(made);
    const changes = { name: 'weekly', job: MINE };
    const stale = scheduler.rpc.call(TEMPLATE_RPC.update, { id: made.id, changes, revision: 7 });
    await expect(stale).rejects.toMatchObject({ code: 'precondition.failed' });
    const changed = await scheduler.rpc.call(TEMPLATE_RPC.update, { id: made.id, changes, revision: 1 });
    expect(changed).toMatchObject({ name: 'weekly', job: MINE, revision: 2 });
    const filter = 'name==weekly;package==acme-ledger';
    expect((await scheduler.rpc.call(TEMPLATE_RPC.list, { filter })).items).toEqual([changed]);
    await scheduler.rpc.call(TEMPLATE_RPC.remove, { id: made.id });
    await expect(scheduler.rpc.call(TEMPLATE_RPC.get, { id: made.id })).rejects.toMatchObject({
      code: 'jobTemplate.notFound',
    });
  });

  it('is made once, however often it is asked for', async () => {
    const id = v7();
    const answers = await Promise.all([keep('once', MINE, id), keep('once', MINE, id), keep('once', MINE, id)]);
    expect(answers.map((answer) => answer.id)).toEqual([id, id, id]);
    expect((await scheduler.rpc.call(TEMPLATE_RPC.list, { filter: 'name==once' })).items).toHaveLength(1);
  });

  it('is refused with everything that is wrong, moments among it', async () => {
    const schedule = {
      startAt: '2026-09-01T09:00:00',
      expiresAt: '2020-01-01T00:00:00Z',
      recurrence: 'FREQ=MONTHLY;COUNT=12',
      zone: 'Asia/Tokio',
    };
    const wrong = { ...order({ version: '9.9.9', targets: { groups: ['mine', 'nobody'] } }), schedule };
    const refused = (await keep('wrong', wrong).catch((error: unknown) => error)) as WaybillError;
    expect(refused.code).toBe('jobTemplate.invalid');
    expect(refused.errors?.map(({ pointer }) => pointer).sort()).toEqual([
      '/job/schedule/expiresAt',
      '/job/schedule/recurrence',
      '/job/schedule/startAt',
      '/job/schedule/zone',
      '/job/targets/groups/1',
      '/job/version',
    ]);
    expect((await scheduler.rpc.call(TEMPLATE_RPC.list, { filter: 'name==wrong' })).items).toEqual([]);
  });

  it('of other groups is not there for whoever is limited', async () => {
    const [mine, theirs] = [await keep('of mine'), await keep('of theirs', order({ targets: { groups: ['theirs'] } }))];
    const operator = limited({ role: 'operator', groups: ['mine'] });
    const viewer = limited({ role: 'viewer', groups: ['mine'] });
    const names = (await scheduler.rpc.as(operator, TEMPLATE_RPC.list, {})).items.map(({ name }) => name);
    expect(names).toContain('of mine');
    expect(names).not.toContain('of theirs');
    const { id } = theirs;
    for (const [pattern, request] of [
      [TEMPLATE_RPC.get, { id }],
      [TEMPLATE_RPC.remove, { id }],
      [TEMPLATE_RPC.update, { id, changes: { name: 'x' } }],
    ] as const)
      await expect(scheduler.rpc.as(operator, pattern, request as never)).rejects.toMatchObject({
        code: 'jobTemplate.notFound',
      });
    const widened = { id: mine.id, changes: { job: order({ targets: { groups: ['theirs'] } }) } };
    await expect(scheduler.rpc.as(operator, TEMPLATE_RPC.update, widened)).rejects.toMatchObject({
      code: 'jobTemplate.invalid',
    });
    await expect(scheduler.rpc.as(viewer, TEMPLATE_RPC.remove, { id: mine.id })).rejects.toMatchObject({
      code: expect.stringMatching(/^permission\./),
    });
  });
});

describe('the order of a job', () => {
  it('is kept as it came, without what defaults made of it', async () => {
    const schedule = { startAt: '2030-01-01T00:00:00' };
    const user = { notify: true, restart: 'ask' as const };
    const { id } = await create(scheduler, { targets: { groups: ['mine'] }, schedule, user });
    expect(await scheduler.rpc.call(JOB_RPC.order, { id })).toEqual({ job: { ...MINE, schedule, user } });
    const stranger = limited({ role: 'operator', groups: ['theirs'] });
    await expect(scheduler.rpc.as(stranger, JOB_RPC.order, { id })).rejects.toMatchObject({ code: 'job.notFound' });
  });

  it('is not known of a job from before', async () => {
    const { id } = await create(scheduler, {
      targets: { groups: ['mine'] },
      schedule: { startAt: '2030-01-01T00:00' },
    });
    await scheduler.sql.query('DELETE FROM job_orders WHERE job_id = $1', [id]);
    await expect(scheduler.rpc.call(JOB_RPC.order, { id })).rejects.toMatchObject({ code: 'job.orderUnknown' });
  });
});
