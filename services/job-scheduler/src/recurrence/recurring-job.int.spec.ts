import { EVENTS, JOB_RPC, type JobView } from '@waybill/contracts';
import { eventually } from '@waybill/testing';
import { computers, create, get, order } from '../specs/orders.fixtures.spec.js';
import { movableClock } from '../specs/movable-clock.fixtures.spec.js';
import { scheduler, story } from '../specs/two-schedulers.fixtures.spec.js';
import { runId } from './next-run.js';

let setClock: (to: string) => Promise<void>;

beforeAll(async () => {
  setClock = await movableClock(scheduler);
  await scheduler.group('berlin', computers(scheduler, 2));
});

/** Fridays at nine in Berlin; the clocks are set forward on 28 March. */
const FRIDAYS = {
  startAt: '2027-03-05T09:00:00',
  zone: 'Europe/Berlin',
  recurrence: 'FREQ=WEEKLY;BYDAY=FR;COUNT=5',
};
const TARGETS = { groups: ['berlin'] };

async function runsOf(id: string): Promise<JobView[]> {
  const { items } = await scheduler.rpc.call(JOB_RPC.list, { filter: `series==${id}`, sort: 'startsAt' });
  return items;
}
/** E.g. `1 completed`. */
const lines = async (id: string) => (await runsOf(id)).map(({ series, status }) => `${series!.number} ${status}`);
const becomes = (id: string, ...expected: string[]) =>
  eventually(async () => expect(await lines(id)).toEqual(expected));

async function finish(id: string): Promise<void> {
  await story.released(id);
  await story.finished(id, 2);
  await story.becomes(id, { status: 'completed' });
}

async function auditOf(id: string): Promise<string[]> {
  const rows = await scheduler.sql.query<{ entry: string }[]>(
    'SELECT entry FROM job_scheduler_audit.entries WHERE object_id = $1 ORDER BY seq',
    [id],
  );
  return rows.map(({ entry }) => {
    const { action, actor } = JSON.parse(entry) as { action: string; actor: { kind: string } };
    return `${action} ${actor.kind}`;
  });
}

describe('a recurring job', () => {
  it('runs through a month: each run by itself, none doubled, and of those that were missed the latest', async () => {
    await setClock('2027-03-01T00:00:00Z');
    const job = order({ targets: TARGETS, schedule: FRIDAYS });
    const { schedule } = await scheduler.rpc.call(JOB_RPC.preview, { job });
    expect(schedule.recurrence).toEqual({
      runs: 5,
      next: ['03-05T08', '03-12T08', '03-19T08', '03-26T08', '04-02T07'].map((hour) => `2027-${hour}:00:00.000Z`),
    });
    const { id, series } = await create(scheduler, job);
    const run = (number: number) => runId(id, number);
    expect(series).toEqual({ id, number: 1, of: 5, recurrence: FRIDAYS.recurrence });
    expect(await lines(id)).toEqual(['1 scheduled']);

    await setClock('2027-03-05T07:59:59Z');
    await becomes(id, '1 running', '2 scheduled');
    const [{ startedAt }] = await scheduler.sql.query<[{ startedAt: Date }]>(
      'SELECT started_at AS "startedAt" FROM jobs WHERE id = $1',
      [id],
    );
    expect(startedAt.getTime()).toBeGreaterThanOrEqual(Date.parse('2027-03-05T08:00:00Z'));
    await finish(id);
    expect(await get(scheduler, run(2))).toMatchObject({
      createdBy: 'admin',
      schedule: { startAt: '2027-03-12T09:00:00', startsAt: '2027-03-12T08:00:00.000Z' },
      targets: { groups: ['berlin'], total: null },
    });
    expect(await scheduler.rpc.call(JOB_RPC.order, { id: run(2) })).toEqual({ job });

    await setClock('2027-03-12T08:00:00Z');
    await becomes(id, '1 completed', '2 running', '3 scheduled');
    await story.released(run(2));

    // run 2 is not finished: run 3 says so, and is not begun
    await setClock('2027-03-19T08:00:00Z');
    await becomes(id, '1 completed', '2 running', '3 canceled', '4 scheduled');
    expect((await get(scheduler, run(3))).statusReason).toBe(
      `Run 3 was not started at 2027-03-19T08:00:00.000Z: run 2 (job ${run(2)}) had not finished, it was running.`,
    );
    await eventually(() => expect(story.statuses(run(3))).toEqual(['scheduled', 'canceled']));
    expect(story.events(run(3), EVENTS.jobTargetsAssigned)).toEqual([]);
    expect(await auditOf(run(3))).toEqual(['job.created service', 'job.canceled service']);

    // nobody is running when run 4 and run 5 are due
    await story.finished(run(2), 2);
    await story.becomes(run(2), { status: 'completed' });
    await scheduler.stopReplicas();
    await setClock('2027-04-02T07:00:05Z');
    await Promise.all([scheduler.startReplica(), scheduler.startReplica()]);
    await becomes(id, '1 completed', '2 completed', '3 canceled', '4 canceled', '5 running');
    expect((await get(scheduler, run(4))).statusReason).toBe(
      'Run 4 was missed: it was due at 2027-03-26T08:00:00.000Z and could not be started before run 5 was due, at 2027-04-02T07:00:00.000Z.',
    );
    await finish(run(5));
    expect(
      await scheduler.sql.query(`SELECT 1 FROM timers WHERE job_id = ANY($1)`, [[1, 2, 3, 4, 5].map(run)]),
    ).toEqual([]);
    for (const number of [1, 2, 5]) expect(story.statuses(run(number))).toEqual(['scheduled', 'running', 'completed']);
  });

  it('whose scheduler dies before it has made the next run has not started this one either', async () => {
    await setClock('2027-03-01T00:00:00Z');
    const { id } = await create(scheduler, { targets: TARGETS, schedule: FRIDAYS });
    // the transaction that starts run 1 cannot be committed
    await scheduler.sql.query(`ALTER TABLE jobs ADD CONSTRAINT dies CHECK (id <> '${runId(id, 2)}') NOT VALID`);
    await setClock('2027-03-05T08:00:00Z');
    const attempts = async () => {
      const text = `SELECT attempts FROM timers WHERE job_id = $1 AND kind = 'start'`;
      return (await scheduler.sql.query<{ attempts: number }[]>(text, [id]))[0]!.attempts;
    };
    await eventually(async () => expect(await attempts()).toBeGreaterThan(0));
    expect(await lines(id)).toEqual(['1 scheduled']);
    expect(story.statuses(id)).toEqual(['scheduled']);
    await scheduler.sql.query('ALTER TABLE jobs DROP CONSTRAINT dies');
    await becomes(id, '1 running', '2 scheduled');
    await scheduler.rpc.call(JOB_RPC.cancel, { id });
  });

  it('is started once and has one next run, although two schedulers race for many', async () => {
    await setClock('2027-03-01T00:00:00Z');
    await scheduler.group('nobody', []);
    const made = await Promise.all(
      Array.from({ length: 40 }, () => create(scheduler, { targets: { groups: ['nobody'] }, schedule: FRIDAYS })),
    );
    await setClock('2027-03-05T08:00:00Z');
    for (const { id } of made) await becomes(id, '1 completed', '2 scheduled');
    await setClock('2027-03-12T08:00:00Z');
    for (const { id } of made) await becomes(id, '1 completed', '2 completed', '3 scheduled');
    const started = made.map(({ id }) => story.statuses(runId(id, 2)).filter((status) => status === 'running'));
    expect(started).toEqual(made.map(() => ['running']));
    await Promise.all(made.map(({ id }) => scheduler.rpc.call(JOB_RPC.cancel, { id: runId(id, 3) })));
  });
});

describe('canceling', () => {
  beforeEach(() => setClock('2027-03-01T00:00:00Z'));

  it('a run under way ends the recurring job with it', async () => {
    const { id } = await create(scheduler, { targets: TARGETS, schedule: FRIDAYS });
    await setClock('2027-03-05T08:00:00Z');
    await becomes(id, '1 running', '2 scheduled');
    await story.released(id);
    await scheduler.rpc.call(JOB_RPC.cancel, { id, reason: 'a bad idea' });
    await becomes(id, '1 canceled', '2 canceled');
    expect((await get(scheduler, runId(id, 2))).statusReason).toBe('Canceled by admin: a bad idea');
    expect(await auditOf(runId(id, 2))).toEqual(['job.created service', 'job.canceled user']);
    await setClock('2027-03-12T08:00:01Z');
    await expect(scheduler.rpc.call(JOB_RPC.cancel, { id })).rejects.toMatchObject({ code: 'job.wrongState' });
    expect(await lines(id)).toEqual(['1 canceled', '2 canceled']);
  });

  it('the run that waits ends it, and the run under way goes on', async () => {
    const { id } = await create(scheduler, { targets: TARGETS, schedule: FRIDAYS });
    await setClock('2027-03-05T08:00:00Z');
    await becomes(id, '1 running', '2 scheduled');
    await scheduler.rpc.call(JOB_RPC.cancel, { id: runId(id, 2) });
    await finish(id);
    expect(await lines(id)).toEqual(['1 completed', '2 canceled']);
  });

  it('only one run, under way or waiting, lets the following ones come', async () => {
    const { id } = await create(scheduler, { targets: TARGETS, schedule: FRIDAYS });
    await setClock('2027-03-05T08:00:00Z');
    await becomes(id, '1 running', '2 scheduled');
    await story.released(id);
    const cancel = (number: number) =>
      scheduler.rpc.call(JOB_RPC.cancel, { id: runId(id, number), followingRuns: 'keep' });
    await cancel(1);
    expect(await lines(id)).toEqual(['1 canceled', '2 scheduled']);
    await cancel(2);
    expect(await lines(id)).toEqual(['1 canceled', '2 canceled', '3 scheduled']);
    expect(await auditOf(runId(id, 3))).toEqual(['job.created user']);
    await setClock('2027-03-12T08:00:01Z');
    await setClock('2027-03-19T08:00:00Z');
    await becomes(id, '1 canceled', '2 canceled', '3 running', '4 scheduled');
    await scheduler.rpc.call(JOB_RPC.cancel, { id: runId(id, 3) });
    await becomes(id, '1 canceled', '2 canceled', '3 canceled', '4 canceled');
    await expect(cancel(4)).rejects.toMatchObject({ code: 'job.wrongState' });
    const once = await create(scheduler, { targets: TARGETS, schedule: { startAt: '2030-01-01T00:00:00' } });
    const kept = scheduler.rpc.call(JOB_RPC.cancel, { id: once.id, followingRuns: 'keep' });
    await expect(kept).rejects.toMatchObject({ code: 'request.invalid', errors: [{ pointer: '/followingRuns' }] });
  });

  it('a run at the moment when the next one is due leaves none behind that waits', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 20; i++) ids.push((await create(scheduler, { targets: TARGETS, schedule: FRIDAYS })).id);
    await setClock('2027-03-05T08:00:00Z');
    for (const id of ids) await becomes(id, '1 running', '2 scheduled');
    for (const id of ids) await story.released(id);
    const due = setClock('2027-03-12T08:00:00Z');
    await Promise.all([due, ...ids.map((id) => scheduler.rpc.call(JOB_RPC.cancel, { id }))]);
    await eventually(async () => {
      const found = await Promise.all(ids.map(lines));
      for (const line of found.flat()) expect(line).toMatch(/ canceled$/);
    });
  });

  it('ends it too when the process died before it came to the run that waits', async () => {
    const { id } = await create(scheduler, { targets: TARGETS, schedule: FRIDAYS });
    await setClock('2027-03-05T08:00:00Z');
    await becomes(id, '1 running', '2 scheduled');
    await finish(id);
    // what the transaction that canceled has left
    await scheduler.sql.query(`UPDATE job_series SET ended = 'Canceled by anna.' WHERE id = $1`, [id]);
    await setClock('2027-03-12T08:00:00Z');
    await becomes(id, '1 completed', '2 canceled');
    expect((await get(scheduler, runId(id, 2))).statusReason).toBe('Canceled by anna.');
  });
});

describe('a run that is paused', () => {
  it('holds the next one, which says so, and not the one after it', async () => {
    await setClock('2027-03-01T00:00:00Z');
    const { id } = await create(scheduler, { targets: TARGETS, schedule: FRIDAYS });
    await setClock('2027-03-05T08:00:00Z');
    await becomes(id, '1 running', '2 scheduled');
    await story.released(id);
    await scheduler.rpc.call(JOB_RPC.pause, { id });
    await setClock('2027-03-12T08:00:00Z');
    await becomes(id, '1 paused', '2 canceled', '3 scheduled');
    expect((await get(scheduler, runId(id, 2))).statusReason).toMatch(/had not finished, it was paused\.$/);
    await scheduler.rpc.call(JOB_RPC.resume, { id });
    await story.finished(id, 2);
    await story.becomes(id, { status: 'completed' });
    await setClock('2027-03-19T08:00:00Z');
    await becomes(id, '1 completed', '2 canceled', '3 running', '4 scheduled');
    await scheduler.rpc.call(JOB_RPC.cancel, { id: runId(id, 3) });
  });
});
