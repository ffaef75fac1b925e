import { EVENTS, JOB_RPC, type JobTargetsAssigned, type JobView, WaybillError } from '@waybill/contracts';
import { eventually } from '@waybill/testing';
import { v7 } from 'uuid';
import { computers, create, published, publishVersion } from '../specs/orders.fixtures.spec.js';
import { TimersRepository } from './timers.repository.js';
import { scheduler, story } from '../specs/two-schedulers.fixtures.spec.js';

beforeAll(async () => {
  await scheduler.group('nobody', []);
  await scheduler.group('accounting', computers(scheduler, 2));
});

/** Stores scheduled jobs as they lie in the database after a downtime: due at the given moments, oldest first. */
async function jobsDueAt(dueAt: Date[]): Promise<string[]> {
  const { id } = await create(scheduler, {
    targets: { groups: ['nobody'] },
    schedule: { startAt: '2030-01-01T00:00:00Z' },
  });
  const ids = dueAt.map(() => v7());
  await scheduler.sql.transaction(async (sql) => {
    await sql.query(
      `INSERT INTO jobs SELECT (jsonb_populate_record(j, jsonb_build_object('id', new.id))).* FROM jobs j, unnest($2::uuid[]) AS new (id) WHERE j.id = $1`,
      [id, ids],
    );
    await sql.query(
      `INSERT INTO timers (job_id, kind, due_at) SELECT t.id, 'start', t.due FROM unnest($1::uuid[], $2::timestamptz[]) AS t (id, due)`,
      [ids, dueAt],
    );
  });
  return ids;
}

describe('timers', () => {
  it('of jobs that name many computers are taken a few at a time: a batch is in memory at once', async () => {
    const { id } = await create(scheduler, {
      targets: { groups: ['nobody'] },
      schedule: { startAt: '2030-01-01T00:00:00Z' },
    });
    const large = Array.from({ length: 4 }, () => v7());
    const small = v7();
    const runner = scheduler.sql.createQueryRunner();
    await runner.startTransaction();
    try {
      await runner.query(
        `INSERT INTO jobs SELECT (jsonb_populate_record(j, jsonb_build_object('id', new.id, 'computers',
           (SELECT coalesce(jsonb_agg(gen_random_uuid()), '[]') FROM generate_series(1, CASE WHEN new.id = $3 THEN 0 ELSE $4::int END))))).*
         FROM jobs j, unnest($2::uuid[]) AS new (id) WHERE j.id = $1`,
        [id, [...large, small], small, 40],
      );
      await runner.query(
        `INSERT INTO timers (job_id, kind, due_at) SELECT t.id, 'start', 'epoch'::timestamptz + t.nth * interval '1 s'
         FROM unnest($1::uuid[]) WITH ORDINALITY AS t (id, nth)`,
        [[...large, small]],
      );
      const timers = new TimersRepository();
      expect(await timers.dueJobs(runner, 500, 100)).toEqual(large.slice(0, 2));
      await timers.clear(
        runner,
        large.slice(0, 3).map((jobId) => ({ jobId, kind: 'start' })),
      );
      expect((await timers.dueJobs(runner, 500, 100)).slice(0, 2)).toEqual([large[3], small]);
      // one that alone is too large is not left for ever
      await runner.query('UPDATE jobs SET computers = computers || computers || computers WHERE id = $1', [large[3]]);
      expect(await timers.dueJobs(runner, 500, 100)).toEqual([large[3]]);
    } finally {
      await runner.rollbackTransaction();
      await runner.release();
    }
  });

  it('start a job on its second', async () => {
    const startAt = new Date(Date.now() + 1500);
    const { id } = await create(scheduler, {
      targets: { groups: ['nobody'] },
      schedule: { startAt: startAt.toISOString() },
    });
    await story.becomes(id, { status: 'completed' });
    const [{ startedAt }] = await scheduler.sql.query<[{ startedAt: Date }]>(
      'SELECT started_at AS "startedAt" FROM jobs WHERE id = $1',
      [id],
    );
    expect(startedAt.getTime() - startAt.getTime()).toBeGreaterThanOrEqual(0);
    expect(startedAt.getTime() - startAt.getTime()).toBeLessThan(1000);
  });

  it('fire once each, although two schedulers race for them', async () => {
    const ids = await jobsDueAt(Array.from({ length: 100 }, () => new Date()));
    await eventually(
      async () => {
        const open = await scheduler.sql.query(`SELECT id FROM jobs WHERE id = ANY($1) AND status <> 'completed'`, [
          ids,
        ]);
        expect(open).toEqual([]);
      },
      { timeoutMs: 25_000 },
    );
    await eventually(async () => expect(await scheduler.sql.query('SELECT 1 FROM outbox')).toEqual([]));
    const counted = new Map<string, number>();
    await eventually(() => {
      counted.clear();
      for (const { body, type } of scheduler.events) {
        const { jobId, status } = JSON.parse(body) as { jobId: string; status: string };
        if (type === EVENTS.jobStatusChanged && status === 'running' && ids.includes(jobId))
          counted.set(jobId, (counted.get(jobId) ?? 0) + 1);
      }
      expect(counted.size).toBe(ids.length);
    });
    expect([...counted.values()].every((count) => count === 1)).toBe(true);
    // created, started, completed: no state change happened twice
    const revisions = await scheduler.sql.query('SELECT DISTINCT revision FROM jobs WHERE id = ANY($1)', [ids]);
    expect(revisions).toEqual([{ revision: 3 }]);
  });

  it('that came due while nobody was running are caught up with at once, in their order', async () => {
    // the later the id, the longer it is due
    const ids = await jobsDueAt(Array.from({ length: 20 }, (_, i) => new Date(Date.now() - (i + 1) * 60_000)));
    const started = () =>
      scheduler.events
        .filter(({ type }) => type === EVENTS.jobStatusChanged)
        .map(({ body }) => JSON.parse(body) as { jobId: string; status: string });
    const order = await eventually(() => {
      const found = started().filter(({ jobId, status }) => status === 'running' && ids.includes(jobId));
      expect(found).toHaveLength(ids.length);
      return found.map(({ jobId }) => jobId);
    });
    expect(order).toEqual(ids.toReversed());
  });

  it('of a job that cannot be advanced hold nobody up and are tried again', async () => {
    const [broken, fine] = await jobsDueAt([new Date(Date.now() - 5000), new Date(Date.now() + 200)]);
    // something that no rule foresaw keeps this one job from being stored
    await scheduler.sql.query(
      `ALTER TABLE jobs ADD CONSTRAINT broken CHECK (id <> '${broken}' OR status = 'scheduled') NOT VALID`,
    );
    await story.becomes(fine!, { status: 'completed' });
    await story.becomes(broken!, { status: 'scheduled' });
    const failing = async () => {
      const text = 'SELECT attempts FROM timers WHERE job_id = $1';
      const [timer] = await scheduler.sql.query<{ attempts: number }[]>(text, [broken]);
      return timer!.attempts;
    };
    await eventually(async () => expect(await failing()).toBeGreaterThan(0));
    await scheduler.sql.query('ALTER TABLE jobs DROP CONSTRAINT broken');
    await story.becomes(broken!, { status: 'completed' });
  });

  it('expire a job that could not be started before its expiry, without targets', async () => {
    const [id] = await jobsDueAt([new Date(Date.now() + 60_000)]);
    await scheduler.sql.query(`UPDATE jobs SET expires_at = now() - interval '1 minute' WHERE id = $1`, [id]);
    await scheduler.sql.query(`UPDATE timers SET due_at = now() WHERE job_id = $1`, [id]);
    await story.becomes(id!, { status: 'expired', startedAt: null, targets: { total: null } } satisfies
      Partial<JobView> | object);
  });
});

describe('a scheduler that dies', () => {
  it('between the pages of its targets: another begins anew, and nothing of the first try is left', async () => {
    const stranger = v7();
    const members = computers(scheduler, 3);
    await scheduler.group('resumed', members);
    const { id } = await create(scheduler, {
      targets: { groups: ['resumed'] },
      schedule: { startAt: '2030-01-01T00:00:00Z' },
    });
    // as it lies in the database when a process died with one page stored and its lease over
    await scheduler.sql.transaction(async (sql) => {
      await sql.query(
        `UPDATE jobs SET status = 'running', phase = 'resolving', started_at = now(), resolution = $2 WHERE id = $1`,
        [id, v7()],
      );
      await sql.query(`INSERT INTO job_targets VALUES ($1, 1, $2, 'left since', true, NULL, false)`, [id, stranger]);
      await sql.query(`UPDATE timers SET kind = 'resolve', due_at = now() WHERE job_id = $1 AND kind = 'start'`, [id]);
    });
    const [chunk] = await story.assigned(id);
    expect(chunk!.targets.map(({ computerId }) => computerId)).toEqual(members);
  });

  it('between the pages of targets that result has been given: another goes on after them, as of the same moment', async () => {
    const members = computers(scheduler, 7);
    const groupId = await scheduler.group('half', members);
    const { id } = await create(scheduler, {
      targets: { groups: ['half'] },
      schedule: { startAt: '2030-01-01T00:00:00Z' },
    });
    scheduler.peers.fleet.pageSize = 3;
    // fleet does not answer the second time: what is stored then is what a process that dies leaves behind
    const { answers } = scheduler.peers;
    const resolve = answers.get('targets.resolve.v1')!;
    let away = true;
    answers.set('targets.resolve.v1', (request) => {
      if (away && (request as { after?: string }).after)
        throw new WaybillError('unavailable', 'fleet.away', 'Fleet is away.');
      return resolve(request);
    });
    await story.startNow(id);
    const chunks = () => story.events<JobTargetsAssigned>(id, EVENTS.jobTargetsAssigned);
    await eventually(() => expect(chunks()).toHaveLength(1));
    await scheduler.stopReplicas();
    away = false;
    scheduler.peers.asked.length = 0;
    await scheduler.startReplica();
    await scheduler.sql.query(`UPDATE timers SET due_at = now() WHERE job_id = $1 AND kind = 'resolve'`, [id]);
    const all = await story.assigned(id);
    scheduler.peers.fleet.pageSize = 5000;
    answers.set('targets.resolve.v1', resolve);
    expect(all.map(({ targets }) => targets.map(({ computerId }) => computerId))).toEqual([
      members.slice(0, 3),
      members.slice(3, 6),
      members.slice(6),
      [],
    ]);
    expect(chunks()).toHaveLength(4);
    const asked = scheduler.peers.asked
      .map(({ request }) => request as { after?: string; groupIds?: string[]; resolvedAt?: string })
      .filter(({ groupIds }) => groupIds?.includes(groupId));
    expect(asked.map(({ after }) => after)).toEqual([members[2], members[5]]);
    const [{ found }] = await scheduler.sql.query<[{ found: { resolvedAt: string } }]>(
      'SELECT found FROM jobs WHERE id = $1',
      [id],
    );
    expect(asked.map(({ resolvedAt }) => resolvedAt)).toEqual([found.resolvedAt, found.resolvedAt]);
  });

  it('or is canceled between them: result hears that there are no more, and that they are over', async () => {
    const members = computers(scheduler, 5);
    await scheduler.group('cut-off', members);
    const { id } = await create(scheduler, {
      targets: { groups: ['cut-off'] },
      schedule: { startAt: '2030-01-01T00:00:00Z' },
    });
    scheduler.peers.fleet.pageSize = 3;
    const { answers } = scheduler.peers;
    const resolve = answers.get('targets.resolve.v1')!;
    answers.set('targets.resolve.v1', (request) => {
      if ((request as { after?: string }).after) throw new WaybillError('unavailable', 'fleet.away', 'Fleet is away.');
      return resolve(request);
    });
    await story.startNow(id);
    const chunks = () => story.events<JobTargetsAssigned>(id, EVENTS.jobTargetsAssigned);
    await eventually(() => expect(chunks()).toHaveLength(1));
    await scheduler.rpc.call(JOB_RPC.cancel, { id });
    answers.set('targets.resolve.v1', resolve);
    scheduler.peers.fleet.pageSize = 5000;
    const all = await story.assigned(id);
    expect(all.map(({ targets, total }) => [targets.length, total])).toEqual([
      [3, 3],
      [0, 3],
    ]);
    await story.becomes(id, { status: 'canceled', targets: { total: 3 } });
    await eventually(() =>
      expect(story.events(id, EVENTS.jobCancelRequested)).toMatchObject([{ status: 'canceled', attempt: 1 }]),
    );
    // the search ends, too
    await eventually(async () =>
      expect(await scheduler.sql.query('SELECT kind FROM timers WHERE job_id = $1', [id])).toEqual([]),
    );
    expect(chunks()).toHaveLength(2);
  });

  it('in the middle of a job leaves it to a new one', async () => {
    await publishVersion(scheduler, published('survivor', '1'));
    const { id } = await create(scheduler, { package: 'survivor', version: '1' });
    const [chunk] = await story.assigned(id);
    await scheduler.stopReplicas();
    await story.ready(id, chunk!.total);
    await scheduler.startReplica();
    await story.becomes(id, { waves: [{ status: 'released' }] });
    await story.finished(id, chunk!.total);
    await story.becomes(id, { status: 'completed' });
  });
});

describe('while fleet is away', () => {
  it('a started job waits and goes on when fleet is back', async () => {
    const { answers } = scheduler.peers;
    const resolve = answers.get('targets.resolve.v1')!;
    let refused = 0;
    answers.set('targets.resolve.v1', (request) => {
      if (++refused > 2) return resolve(request);
      throw new WaybillError('unavailable', 'fleet.away', 'Fleet is away.');
    });
    const { id } = await create(scheduler);
    await story.assigned(id);
    answers.set('targets.resolve.v1', resolve);
    expect(refused).toBe(3);
  });
});
