import { conflict, JOB_RPC, notFound, RESULT_RPC, WaybillError } from '@waybill/contracts';
import { isUUID } from 'class-validator';
import { v7 } from 'uuid';
import { GatewayWorld } from '../specs/gateway-world.fixtures.spec.js';
import type { BulkExecutionsAnswer, BulkJobsAnswer } from './bulk.views.js';

let world: GatewayWorld;
let session: string;
beforeAll(async () => {
  world = await GatewayWorld.start();
  session = await world.login();
}, 120_000);
afterAll(() => world?.stop());
beforeEach(() => {
  world.behind.asked.length = 0;
});

const post = (path: string, body: object, headers = {}) => world.call(session, 'POST', path, body, headers);
const refusing = (id: string, error: Error, answer: object) => (request: { id: string }) => {
  if (request.id === id) throw error;
  return { ...answer, id: request.id };
};

describe('an action on many jobs', () => {
  it.each([
    ['pause', JOB_RPC.pause, { reason: 'a meeting' }],
    ['resume', JOB_RPC.resume, {}],
    ['cancel', JOB_RPC.cancel, { reason: 'wrong version' }],
    ['approve', JOB_RPC.approve, {}],
  ] as const)(
    '%s is done to each, whatever becomes of the others, and answered in order',
    async (action, pattern, order) => {
      const ids = Array.from({ length: 9 }, () => v7());
      const wrong = conflict('job.wrongState', 'A job that is completed cannot be paused.');
      const done = { status: 'paused', statusReason: 'why', revision: 3 };
      world.behind.answers.set(pattern, refusing(ids[4]!, wrong, done));
      const jobs = ids.map((id, i) => (i === 0 ? { id, revision: 2 } : { id }));
      const { status, body } = await post(`/jobs/actions/${action}`, { jobs, ...order });
      const answer = body as unknown as BulkJobsAnswer;
      expect(status).toBe(207);
      expect(answer).toMatchObject({ succeeded: 8, failed: 1 });
      expect(answer.items.map(({ id }) => id)).toEqual(ids);
      expect(answer.items[0]).toEqual({ id: ids[0], status: 200, job: done, problem: null });
      expect(answer.items[4]).toMatchObject({
        status: 409,
        job: null,
        problem: { code: 'job.wrongState', status: 409 },
      });
      expect(world.behind.askedFor(pattern)).toEqual(
        expect.arrayContaining([
          { id: ids[0], revision: 2, ...order },
          { id: ids[1], ...order },
        ]),
      );
    },
  );

  it('says that a job is not there in its own place', async () => {
    const [seen, hidden] = [v7(), v7()];
    const done = { status: 'canceled', statusReason: null, revision: 2 };
    world.behind.answers.set(JOB_RPC.cancel, refusing(hidden, notFound('job.notFound', 'There is no job.'), done));
    const { body } = await post('/jobs/actions/cancel', { jobs: [{ id: hidden }, { id: seen }] });
    const { items } = body as unknown as BulkJobsAnswer;
    expect(items.map(({ status }) => status)).toEqual([404, 200]);
  });

  it.each([
    ['no job', { jobs: [] }, ['/jobs']],
    [
      'one job twice',
      { jobs: [{ id: v7().toUpperCase() }].flatMap((job) => [job, { id: job.id.toLowerCase() }]) },
      ['/jobs'],
    ],
    ['too many', { jobs: Array.from({ length: 101 }, () => ({ id: v7() })) }, ['/jobs']],
    [
      'what is no id, and no revision',
      { jobs: [{ id: 'x', revision: 0 }, null] },
      ['/jobs', '/jobs/0/id', '/jobs/0/revision'],
    ],
    ['an unknown field', { jobs: [{ id: v7() }], why: 'x' }, ['/why']],
  ])('takes %s from nobody, and does nothing', async (_what, wrong, pointers) => {
    const { status, body } = await post('/jobs/actions/pause', wrong);
    expect([status, body['code']]).toEqual([400, 'request.invalid']);
    const told = (body['errors'] as { pointer: string }[]).map(({ pointer }) => pointer);
    expect(told).toEqual(expect.arrayContaining(pointers));
    expect(world.behind.asked).toEqual([]);
  });

  it('re-executes each under an id of its own', async () => {
    const jobs = [{ id: v7() }, { id: v7() }];
    const away = new WaybillError('unavailable', 'unavailable', 'result is away');
    world.behind.answers.set(JOB_RPC.reexecute, refusing(jobs[1]!.id, away, { attempt: 2, computers: 5 }));
    const { body } = await post('/jobs/actions/re-execute', { jobs, only: 'failed' });
    expect(body).toMatchObject({ succeeded: 1, failed: 1, items: [{ attempt: 2, computers: 5 }, { status: 503 }] });
    const asked = world.behind.askedFor(JOB_RPC.reexecute) as { id: string; only: string; requestId: string }[];
    expect(asked.map(({ only }) => only)).toEqual(['failed', 'failed']);
    expect(new Set(asked.map(({ requestId }) => requestId)).size).toBe(2);
    for (const { requestId } of asked) expect(isUUID(requestId)).toBe(true);
  });

  it('is answered again as it was with the same Idempotency-Key', async () => {
    const jobs = [{ id: v7() }];
    world.behind.answers.set(JOB_RPC.reexecute, () => ({ attempt: 2, computers: 5 }));
    const same = { 'idempotency-key': v7() };
    const [first, second] = [
      await post('/jobs/actions/re-execute', { jobs, only: 'failed' }, same),
      await post('/jobs/actions/re-execute', { jobs, only: 'failed' }, same),
    ];
    expect([second.status, second.body]).toEqual([207, first.body]);
    expect(world.behind.askedFor(JOB_RPC.reexecute)).toHaveLength(1);
  });
});

describe('re-execution of many computers of a job', () => {
  it('says of each whether it has the new attempt', async () => {
    const [again, busy, missing, left] = [v7(), v7(), v7(), v7()];
    world.behind.answers.set(JOB_RPC.reexecute, () => ({ attempt: 4, computers: 1 }));
    world.behind.answers.set(RESULT_RPC.list, () => ({
      items: [
        { computerId: busy, status: 'installing', attempt: 1 },
        { computerId: left, status: 'canceled', attempt: 1 },
        { computerId: again, status: 'queued', attempt: 4 },
      ],
      nextCursor: null,
    }));
    const { status, body } = await post(`/jobs/${v7()}/executions/actions/re-execute`, {
      computers: [again.toUpperCase(), busy, missing, left],
    });
    expect(status).toBe(207);
    expect(body as unknown as BulkExecutionsAnswer).toMatchObject({
      succeeded: 1,
      failed: 3,
      items: [
        { computerId: again.toUpperCase(), status: 200, attempt: 4, problem: null },
        { computerId: busy, status: 409, attempt: null, problem: { code: 'execution.notFinal' } },
        { computerId: missing, status: 404, attempt: null, problem: { code: 'execution.notFound' } },
        { computerId: left, status: 409, attempt: null, problem: { code: 'execution.targetLeft' } },
      ],
    });
  });
});
