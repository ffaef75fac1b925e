import {
  type Actor,
  EVENTS,
  type Grant,
  JOB_RPC,
  OFFER_RPC,
  type OfferRequestView,
  type OfferView,
  type WaybillError,
} from '@waybill/contracts';
import { eventually, specActor } from '@waybill/testing';
import { v7 } from 'uuid';
import { computers, create, get, published, publishVersion } from '../specs/orders.fixtures.spec.js';
import { type SchedulerReplicas, SERVERS_TIMEOUT_MS, startScheduler } from '../specs/scheduler-replicas.spec.js';

let scheduler: SchedulerReplicas;
let desk: string;
let desks: string;
let labs: string;
beforeAll(async () => {
  scheduler = await startScheduler(2);
  await publishVersion(scheduler);
  [desk] = computers(scheduler, 1) as [string];
  desks = await scheduler.group('desks', [desk]);
  labs = await scheduler.group('labs', []);
}, SERVERS_TIMEOUT_MS);
afterAll(() => scheduler?.stop());
beforeEach(() => scheduler.sql.query('DELETE FROM offer_requests; DELETE FROM offers'));

const offer = (changes: object = {}, id = v7()): Promise<OfferView> =>
  scheduler.rpc.call(OFFER_RPC.create, {
    id,
    offer: { package: 'acme-ledger', version: '2.4.0', groups: ['desks'], ...changes },
  });
const take = (offerId: string, groupIds = [desks], requestId = v7(), computerId = desk): Promise<OfferRequestView> =>
  scheduler.rpc.call(OFFER_RPC.take, { offerId, requestId, computerId, computerName: 'desk-1', groupIds });
const seen = async (groupIds = [desks]) =>
  (await scheduler.rpc.call(OFFER_RPC.ofComputer, { computerId: desk, groupIds })).items;
const listed = async (filter = '') => (await scheduler.rpc.call(OFFER_RPC.requests, filter ? { filter } : {})).items;
const limited = (...grants: Grant[]): Actor => specActor({ grants, id: 'op', name: 'op' });
const audited = async () =>
  (
    await scheduler.sql.query<{ action: string }[]>(
      `SELECT action FROM job_scheduler_audit.entries WHERE action LIKE 'offer%' ORDER BY seq DESC LIMIT 3`,
    )
  ).map(({ action }) => action);

describe('an offer', () => {
  it('is seen on the computers of its groups and nowhere else, until it is removed', async () => {
    const made = await offer();
    expect(made).toMatchObject({ package: 'acme-ledger', version: '2.4.0', approval: 'none', createdBy: 'admin' });
    expect(await seen()).toMatchObject([{ offerId: made.id, title: 'acme-ledger', approval: 'none', request: null }]);
    expect([await seen([labs]), await seen([])]).toEqual([[], []]);
    await expect(take(made.id, [labs])).rejects.toMatchObject({ code: 'offer.notFound' });
    expect((await scheduler.rpc.call(OFFER_RPC.list, { filter: 'package==acme-ledger' })).items).toEqual([made]);
    await scheduler.rpc.call(OFFER_RPC.remove, { id: made.id });
    expect(await seen()).toEqual([]);
    await expect(take(made.id)).rejects.toMatchObject({ code: 'offer.notFound' });
    await expect(scheduler.rpc.call(OFFER_RPC.remove, { id: made.id })).rejects.toMatchObject({
      code: 'offer.notFound',
    });
  });

  it('is refused with everything that is wrong, and made once however often it is asked for', async () => {
    const refused = (await offer({ version: '9.9.9', groups: ['desks', 'nobody'] }).catch(
      (e: unknown) => e,
    )) as WaybillError;
    expect([refused.code, refused.errors?.map(({ pointer }) => pointer).sort()]).toEqual([
      'offer.invalid',
      ['/groups/1', '/version'],
    ]);
    const id = v7();
    const [one, two] = await Promise.all([offer({}, id), offer({}, id)]);
    expect(one).toEqual(two);
    expect((await scheduler.rpc.call(OFFER_RPC.list, {})).items).toHaveLength(1);
  });

  it('is for whoever may send it there: others do not see it, and change nothing', async () => {
    const made = await offer({ approval: 'required' });
    const { id } = await take(made.id);
    const stranger = limited({ role: 'operator', groups: ['labs'] });
    const viewer = limited({ role: 'viewer', groups: ['desks'] });
    expect((await scheduler.rpc.as(stranger, OFFER_RPC.list, {})).items).toEqual([]);
    expect((await scheduler.rpc.as(stranger, OFFER_RPC.requests, {})).items).toEqual([]);
    const code = (expected: unknown) => expect.objectContaining({ code: expected }) as unknown;
    await expect(scheduler.rpc.as(stranger, OFFER_RPC.remove, { id: made.id })).rejects.toEqual(code('offer.notFound'));
    await expect(scheduler.rpc.as(stranger, OFFER_RPC.approve, { id })).rejects.toEqual(code('offerRequest.notFound'));
    expect((await scheduler.rpc.as(viewer, OFFER_RPC.requests, {})).items).toHaveLength(1);
    await expect(scheduler.rpc.as(viewer, OFFER_RPC.approve, { id })).rejects.toEqual(
      code(expect.stringMatching(/^permission\./)),
    );
    const beyond = { id: v7(), offer: { package: 'acme-ledger', version: '2.4.0', groups: ['desks'] } };
    await expect(scheduler.rpc.as(stranger, OFFER_RPC.create, beyond)).rejects.toEqual(code('offer.invalid'));
    expect(await listed('state==pending')).toHaveLength(1);
  });
});

describe('what is offered, when a user takes it', () => {
  it('is a job for this computer at once, one however often it is asked for while it lasts', async () => {
    const made = await offer();
    const requestId = v7();
    const [first, again, other] = await Promise.all([
      take(made.id, [desks], requestId),
      take(made.id, [desks], requestId),
      take(made.id),
    ]);
    expect(first).toMatchObject({ state: 'approved', decidedBy: null, jobId: first.id });
    expect(new Set([first.id, again.id, other.id]).size).toBe(1);
    const job = await get(scheduler, first.jobId!);
    expect(job).toMatchObject({
      package: 'acme-ledger',
      version: '2.4.0',
      action: 'install',
      createdBy: 'users of desk-1',
      annotations: { offer: made.id },
      schedule: { windows: 'ignore' },
    });
    expect((await scheduler.rpc.call(JOB_RPC.order, { id: job.id })).job.targets).toEqual({ computers: [desk] });
    expect(await seen()).toMatchObject([{ request: { id: first.id, state: 'approved', jobId: job.id } }]);
    // what has ended may be asked for anew
    await scheduler.rpc.call(JOB_RPC.cancel, { id: job.id });
    expect((await take(made.id)).id).not.toBe(first.id);
    await eventually(async () =>
      expect(await audited()).toEqual(['offerRequest.created', 'offerRequest.created', 'offer.created']),
    );
  });

  it('waits for somebody who approves it, where that is demanded', async () => {
    const made = await offer({ approval: 'required' });
    const { id, state, jobId } = await take(made.id);
    expect([state, jobId]).toEqual(['pending', null]);
    expect((await take(made.id)).id).toBe(id);
    expect(await listed('state==pending')).toMatchObject([{ id, computerName: 'desk-1', package: 'acme-ledger' }]);
    const [approved, twice] = await Promise.all([0, 1].map(() => scheduler.rpc.call(OFFER_RPC.approve, { id })));
    expect(approved).toEqual(twice);
    expect(approved).toMatchObject({ state: 'approved', decidedBy: 'admin' });
    expect(await get(scheduler, approved!.jobId!)).toMatchObject({ createdBy: 'users of desk-1' });
    await expect(scheduler.rpc.call(OFFER_RPC.reject, { id })).rejects.toMatchObject({
      code: 'offerRequest.wrongState',
    });
  });

  it('or who rejects it, and says why; with the offer its open requests end', async () => {
    const made = await offer({ approval: 'required' });
    const { id } = await take(made.id);
    await scheduler.rpc.call(OFFER_RPC.reject, { id, reason: 'no licence is left' });
    expect(await seen()).toMatchObject([{ request: { state: 'rejected', reason: 'no licence is left', jobId: null } }]);
    await expect(scheduler.rpc.call(OFFER_RPC.approve, { id })).rejects.toMatchObject({
      code: 'offerRequest.wrongState',
    });
    const next = await take(made.id);
    expect(next.id).not.toBe(id);
    await scheduler.rpc.call(OFFER_RPC.remove, { id: made.id });
    expect(await listed(`id==${next.id}`)).toMatchObject([{ state: 'rejected', reason: 'It is no longer offered.' }]);
    await expect(scheduler.rpc.call(OFFER_RPC.approve, { id: next.id })).rejects.toMatchObject({ kind: 'conflict' });
    await expect(scheduler.rpc.call(OFFER_RPC.approve, { id: v7() })).rejects.toMatchObject({
      code: 'offerRequest.notFound',
    });
  });

  it('is not installed when its version was withdrawn meanwhile, and no longer shown', async () => {
    const event = await publishVersion(scheduler, published('acme-viewer', '1.0.0'));
    const free = await offer({ package: 'acme-viewer', version: '1.0.0' });
    const asked = await offer({ package: 'acme-viewer', version: '1.0.0', approval: 'required' });
    const { id } = await take(asked.id);
    await scheduler.tell(EVENTS.packageVersionWithdrawn, {
      v: 1,
      versionId: event.versionId,
      package: 'acme-viewer',
      version: '1.0.0',
      withdrawnAt: new Date().toISOString(),
    });
    await eventually(async () => expect(await seen()).toEqual([]));
    await expect(take(free.id)).rejects.toMatchObject({ code: 'offer.notSendable' });
    await expect(scheduler.rpc.call(OFFER_RPC.approve, { id })).rejects.toMatchObject({ code: 'offer.notSendable' });
    expect(await listed('state==pending')).toHaveLength(1);
  });

  it('is not installed on a computer that has left the groups before somebody approved', async () => {
    const made = await offer({ approval: 'required' });
    const { id } = await take(made.id);
    const { members } = scheduler.peers.fleet.groups.get('desks')!;
    members.delete(desk);
    await expect(scheduler.rpc.call(OFFER_RPC.approve, { id })).rejects.toMatchObject({ code: 'offer.notSendable' });
    members.add(desk);
    expect(await scheduler.rpc.call(OFFER_RPC.approve, { id })).toMatchObject({ state: 'approved' });
  });

  it('is asked for by many at once, also by one computer many times, and nobody waits for a connection', async () => {
    const made = await offer();
    const others = computers(scheduler, 30);
    const taken = await Promise.all([
      ...others.map((computer) => take(made.id, [desks], v7(), computer)),
      ...others.map(() => take(made.id)),
    ]);
    expect(new Set(taken.map(({ id }) => id)).size).toBe(31);
  }, 60_000);

  it("is one computer's own: the id of its request serves no other, and it may not ask without end", async () => {
    const made = await offer();
    const { id } = await take(made.id);
    const [other] = computers(scheduler, 1) as [string];
    await expect(take(made.id, [desks], id, other)).rejects.toMatchObject({ code: 'offerRequest.idReused' });
    const foreign = await create(scheduler, { targets: { groups: ['desks'] } });
    await expect(take(made.id, [desks], foreign.id, other)).rejects.toMatchObject({ code: 'offerRequest.idReused' });
    await scheduler.sql.query(
      `INSERT INTO offer_requests (id, offer_id, computer_id, computer_name, state, requested_at)
       SELECT gen_random_uuid(), $1, $2, 'desk-2', 'rejected', now() FROM generate_series(1, 30)`,
      [made.id, other],
    );
    await expect(take(made.id, [desks], v7(), other)).rejects.toMatchObject({ kind: 'limited', code: 'offer.tooMany' });
    await scheduler.sql.query(`UPDATE offer_requests SET requested_at = now() - interval '61 minutes'`);
    expect(await take(made.id, [desks], v7(), other)).toMatchObject({ state: 'approved' });
  });
});
