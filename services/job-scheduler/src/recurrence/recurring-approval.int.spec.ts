import { JOB_RPC } from '@waybill/contracts';
import { specActor } from '@waybill/testing';
import { computers, create, get, publishVersion } from '../specs/orders.fixtures.spec.js';
import { movableClock } from '../specs/movable-clock.fixtures.spec.js';
import { type SchedulerReplicas, SERVERS_TIMEOUT_MS, startScheduler } from '../specs/scheduler-replicas.spec.js';
import { Story } from '../specs/story.fixtures.spec.js';
import { runId } from './next-run.js';

let scheduler: SchedulerReplicas;
let story: Story;
let setClock: (to: string) => Promise<void>;
beforeAll(async () => {
  scheduler = await startScheduler(1, { approvalAbove: 3, approvalGroups: 'servers' });
  story = new Story(scheduler);
  setClock = await movableClock(scheduler);
  await publishVersion(scheduler);
  await scheduler.group('servers', computers(scheduler, 1));
}, SERVERS_TIMEOUT_MS);
afterAll(() => scheduler?.stop());
beforeEach(() => setClock('2027-03-01T00:00:00Z'));

const DAILY = { startAt: '2027-03-01T09:00:00', recurrence: 'FREQ=DAILY;COUNT=4' };
const day = (number: number) => setClock(`2027-03-0${number}T09:00:00Z`);
const other = specActor({ id: 'other', name: 'other', grants: [{ role: 'operator' }] });
const approve = (id: string) => scheduler.rpc.as(other, JOB_RPC.approve, { id });
const recurring = (group: string) => create(scheduler, { targets: { groups: [group] }, schedule: DAILY });

async function finish(id: string, total: number): Promise<void> {
  await story.released(id);
  await story.finished(id, total);
  await story.becomes(id, { status: 'completed' });
}

describe('four eyes on a recurring job', () => {
  it('see it once: an approval holds for the following runs', async () => {
    const { id } = await recurring('servers');
    await approve(id);
    for (const number of [1, 2, 3]) {
      await day(number);
      await finish(runId(id, number), 1);
      expect((await get(scheduler, runId(id, number))).approval).toMatchObject({ approvedBy: 'other' });
    }
    await scheduler.rpc.call(JOB_RPC.cancel, { id: runId(id, 4) });
  });

  it('that have not seen it in time: the run waits, the next one is not doubled, and the one after it has the approval', async () => {
    const { id } = await recurring('servers');
    await day(1);
    await story.becomes(runId(id, 2), { status: 'scheduled', statusReason: expect.stringContaining('approves it') });
    await day(2);
    await story.becomes(runId(id, 2), {
      status: 'canceled',
      statusReason: expect.stringContaining('it was scheduled'),
    });
    await approve(id);
    await finish(id, 1);
    await day(3);
    await finish(runId(id, 3), 1);
    await scheduler.rpc.call(JOB_RPC.cancel, { id: runId(id, 4) });
  });

  it('are asked again when a run is for more computers than they saw', async () => {
    const growing = computers(scheduler, 6);
    await scheduler.group('growing', growing.slice(0, 4));
    const { id } = await recurring('growing');
    await day(1);
    await story.becomes(id, { status: 'scheduled', targets: { total: 4 }, approval: { approvedBy: null } });
    await approve(id);
    await finish(id, 4);
    await day(2);
    await finish(runId(id, 2), 4);
    for (const computer of growing) scheduler.peers.fleet.groups.get('growing')!.members.add(computer);
    await day(3);
    await story.becomes(runId(id, 3), { status: 'scheduled', targets: { total: 6 }, approval: { approvedBy: null } });
    await scheduler.rpc.call(JOB_RPC.cancel, { id: runId(id, 3) });
    await story.becomes(runId(id, 4), { status: 'canceled' });
  });
});
