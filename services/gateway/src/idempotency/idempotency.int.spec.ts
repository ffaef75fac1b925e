import { conflict, JOB_RPC, PACKAGE_RPC, RESULT_RPC } from '@waybill/contracts';
import { v7 } from 'uuid';
import { Housekeeping } from '../housekeeping/housekeeping.js';
import { GatewayWorld } from '../specs/gateway-world.fixtures.spec.js';

let world: GatewayWorld;
let session: string;
beforeAll(async () => {
  world = await GatewayWorld.start();
  session = await world.login();
}, 120_000);
afterAll(() => world?.stop());

beforeEach(() => {
  world.behind.asked.length = 0;
  world.behind.answers.set(PACKAGE_RPC.create, (body: { name: string }) => ({ ...body, revision: 1 }));
});

const BODY = { name: 'acme', title: 'Acme' };
const post = (key: string, body: object = BODY, path = '/packages') =>
  world.call(session, 'POST', path, body, { 'idempotency-key': key });
const codeOf = ({ status, body }: { status: number; body: Record<string, unknown> }) => [status, body['code']];

describe('Idempotency-Key', () => {
  it('answers a repetition with what the first try answered, without doing it again', async () => {
    const [first, again] = [await post('same'), await post('same')];
    expect([again.status, again.body]).toEqual([first.status, first.body]);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.headers.get('etag')).toBe(first.headers.get('etag'));
    expect(world.behind.askedFor(PACKAGE_RPC.create)).toHaveLength(1);
  });

  it('cannot be used for another body or another call', async () => {
    await post('reused');
    expect(codeOf(await post('reused', { ...BODY, title: 'Other' }))).toEqual([400, 'idempotency.keyReused']);
    const other = await post('reused', { name: 'g', kind: 'static' }, '/groups');
    expect(codeOf(other)).toEqual([400, 'idempotency.keyReused']);
    expect(world.behind.asked).toHaveLength(1);
  });

  it('refuses a second request while the first is under way, and does it once', async () => {
    let answer: () => void = () => undefined;
    const waits = new Promise<void>((resolve) => (answer = resolve));
    const arrived = new Promise<void>((resolve) =>
      world.behind.answers.set(PACKAGE_RPC.create, async () => {
        resolve();
        await waits;
        return { name: 'acme', revision: 1 };
      }),
    );
    const first = post('slow');
    await arrived;
    expect(codeOf(await post('slow'))).toEqual([409, 'idempotency.inProgress']);
    answer();
    expect((await first).status).toBe(201);
    expect((await post('slow')).status).toBe(201);
    expect(world.behind.asked).toHaveLength(1);
  });

  it('does not record a failure', async () => {
    world.behind.answers.set(PACKAGE_RPC.create, () => {
      throw conflict('package.exists', 'There is a package "acme".');
    });
    expect(codeOf(await post('failed'))).toEqual([409, 'package.exists']);
    world.behind.answers.set(PACKAGE_RPC.create, () => ({ name: 'acme', revision: 1 }));
    const again = await post('failed');
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, null]);
  });

  it('gives the resource the same id when a request is taken over from a process that died', async () => {
    world.behind.answers.set(RESULT_RPC.jobSummary, () => ({ items: [null] }));
    world.behind.answers.set(JOB_RPC.create, ({ id }: { id: string }) => {
      if (world.behind.askedFor(JOB_RPC.create).length === 1) throw conflict('job.later', 'Not now.');
      return { id, run: 1, targets: { total: null }, waves: [], revision: 1 };
    });
    const job = { package: 'acme', version: '1', targets: { groups: ['g'] } };
    await post('takeover', job, '/jobs');
    // as if the process had died: still locked, but for too long
    await world.sql.query(
      `UPDATE idempotent_requests SET locked_until = now() - interval '1 second' WHERE key = 'takeover'`,
    );
    expect((await post('takeover', job, '/jobs')).status).toBe(201);
    const ids = world.behind.askedFor(JOB_RPC.create).map((request) => (request as { id: string }).id);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  it('that is still locked by a process that died is busy until its time is over', async () => {
    await post('dead');
    await world.sql.query(
      `UPDATE idempotent_requests SET status = NULL, response = NULL, locked_until = now() + interval '30 seconds' WHERE key = 'dead'`,
    );
    expect(codeOf(await post('dead'))).toEqual([409, 'idempotency.inProgress']);
  });

  it.each([['x'.repeat(201)], ['two words'], ['é']])('must be visible ASCII, not %s', async (key) => {
    expect(codeOf(await post(key))).toEqual([400, 'idempotency.keyInvalid']);
    expect(world.behind.asked).toEqual([]);
  });

  it('is forgotten after a week', async () => {
    const key = v7();
    await post(key);
    await world.sql.query(`UPDATE idempotent_requests SET created_at = now() - interval '8 days' WHERE key = $1`, [
      key,
    ]);
    await world.get(Housekeeping).run();
    expect((await post(key)).headers.get('idempotency-replayed')).toBeNull();
  });
});
