import { EVENTS, type ExecuteCommand, groupStream, JOB_RPC } from '@waybill/contracts';
import { eventually } from '@waybill/testing';
import { runId } from '../recurrence/next-run.js';
import { movableClock } from './movable-clock.fixtures.spec.js';
import { computers, create, get, order } from './orders.fixtures.spec.js';
import { scheduler, story } from './two-schedulers.fixtures.spec.js';

const TARGETS = { groups: ['everywhere'] };
const LOCAL = { startAt: '2027-03-05T09:00:00', installAt: '2027-03-05T12:00:00', expiresAt: '2027-03-06T00:00:00' };

let setClock: (to: string) => Promise<void>;
let groupId: string;

beforeAll(async () => {
  setClock = await movableClock(scheduler);
  groupId = await scheduler.group('everywhere', computers(scheduler, 2));
});

async function startedAt(id: string): Promise<number> {
  const [row] = await scheduler.sql.query<[{ at: Date }]>('SELECT started_at AS at FROM jobs WHERE id = $1', [id]);
  return row.at.getTime();
}

describe("a job by each computer's own time", () => {
  it('starts with the first zone, tells computers its times as they were written, and expires with the last', async () => {
    await setClock('2027-03-01T00:00:00Z');
    const job = order({ targets: TARGETS, schedule: { ...LOCAL, zone: 'local' } });
    const moments = {
      startsAt: '2027-03-04T19:00:00.000Z',
      installsAt: '2027-03-04T22:00:00.000Z',
      expiresAt: '2027-03-06T12:00:00.000Z',
    };
    expect((await scheduler.rpc.call(JOB_RPC.preview, { job })).schedule).toMatchObject(moments);
    const { id, schedule, statusReason } = await create(scheduler, job);
    expect(schedule).toMatchObject({ ...moments, zone: 'local', startAt: LOCAL.startAt, installAt: LOCAL.installAt });
    expect(statusReason).toMatch(
      /^It starts at 2027-03-05T09:00:00 of its own time: from .* \(UTC\+14\) to .* \(UTC-12\)\./,
    );

    await setClock('2027-03-04T18:59:59Z');
    expect(await get(scheduler, id)).toMatchObject({ status: 'scheduled' });
    await story.released(id);
    expect(await startedAt(id)).toBeGreaterThanOrEqual(Date.parse(moments.startsAt));
    const [sent] = await story.commands<ExecuteCommand>(groupStream(groupId, 1), id, 1);
    expect(sent!.command).toMatchObject({ installAt: 'local', local: LOCAL, expiresAt: moments.expiresAt });
    expect((await get(scheduler, id)).statusReason).toMatch(
      /^Each computer begins at 2027-03-05T09:00:00 of its own time/,
    );

    await setClock('2027-03-06T11:59:58Z');
    expect(await get(scheduler, id)).toMatchObject({ status: 'running' });
    await story.becomes(id, { status: 'expired' });
    expect((await get(scheduler, id)).statusReason).toContain(`2027-03-06T00:00:00 of each computer's own time`);
  });

  it('recurs with the first zone, each run with the times of its own', async () => {
    await setClock('2027-03-01T00:00:00Z');
    const { id } = await create(scheduler, {
      targets: TARGETS,
      schedule: { ...LOCAL, zone: 'local', recurrence: 'FREQ=WEEKLY;COUNT=2' },
    });
    await setClock('2027-03-04T19:00:00Z');
    await story.released(id);
    await story.finished(id, 2);
    await story.becomes(id, { status: 'completed' });
    const second = runId(id, 2);
    expect(await get(scheduler, second)).toMatchObject({
      status: 'scheduled',
      schedule: {
        startAt: '2027-03-12T09:00:00',
        startsAt: '2027-03-11T19:00:00.000Z',
        expiresAt: '2027-03-13T12:00:00.000Z',
      },
    });
    await setClock('2027-03-11T19:00:00Z');
    await story.released(second);
    const [sent] = await story.commands<ExecuteCommand>(groupStream(groupId, 1), second, 1);
    expect(sent!.command.local).toEqual({
      startAt: '2027-03-12T09:00:00',
      installAt: '2027-03-12T12:00:00',
      expiresAt: '2027-03-13T00:00:00',
    });
    await story.finished(second, 2);
    await eventually(() =>
      expect(story.events(second, EVENTS.jobStatusChanged).at(-1)).toMatchObject({ status: 'completed' }),
    );
  });

  it('is refused with everything that cannot be meant', async () => {
    const schedule = {
      zone: 'local',
      startAt: '2030-01-01T09:00:00+09:00',
      installAt: '2030-01-02T00:00:00',
      expiresAt: '2030-01-01T00:00:00',
    };
    const refused = create(scheduler, { targets: TARGETS, schedule, timeouts: { accept: 'PT1S' } });
    await expect(refused).rejects.toMatchObject({
      code: 'job.invalid',
      errors: [
        { pointer: '/timeouts/accept' },
        {
          pointer: '/schedule/startAt',
          message: expect.stringContaining('write it without an offset, 2030-01-01T09:00:00') as string,
        },
        { pointer: '/schedule/installAt' },
      ],
    });
  });
});
