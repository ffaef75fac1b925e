import { EVENTS, FLEET_RPC, groupStream, inboxShard, inboxStream, invalid, JOB_RPC } from '@waybill/contracts';
import { computers, create, get } from '../specs/orders.fixtures.spec.js';
import { scheduler, story } from '../specs/two-schedulers.fixtures.spec.js';

describe('a job with a filter', () => {
  it('asks fleet with it, reaches its targets by their inboxes, and nobody else of the groups', async () => {
    const members = computers(scheduler, 3);
    const groupId = await scheduler.group('filtered', members);
    const filter = 'os==linux';
    const { id } = await create(scheduler, { targets: { groups: ['filtered'], filter }, confirmTargets: 3 });
    const asked = () =>
      scheduler.peers.asked.filter(({ request }) => (request as { filter?: string }).filter === filter);
    expect(asked().map(({ pattern }) => pattern)).toContain(FLEET_RPC.targetsPreview);
    expect((await get(scheduler, id)).targets).toMatchObject({ groups: ['filtered'], filter });
    await story.assigned(id);
    expect(asked().map(({ pattern }) => pattern)).toContain(FLEET_RPC.targetsResolve);
    await story.ready(id, 3);
    await story.becomes(id, { waves: [{ status: 'released' }] });
    for (const member of members) {
      const commands = await story.commandsSoFar(inboxStream(inboxShard(member)), id);
      expect(commands.some(({ command }) => JSON.stringify(command).includes(member))).toBe(true);
    }
    await scheduler.rpc.call(JOB_RPC.cancel, { id });
    expect(await story.commandsSoFar(groupStream(groupId, 1), id)).toEqual([]);
  });

  it('says where it is wrong, beside every other mistake', async () => {
    const preview = scheduler.peers.answers.get(FLEET_RPC.targetsPreview)!;
    scheduler.peers.answers.set(FLEET_RPC.targetsPreview, () => {
      throw invalid('filter.syntax', 'The filter is not valid RSQL: at 3.', [{ pointer: '/filter', message: 'at 3' }]);
    });
    try {
      const order = { targets: { groups: ['nobody-here'], filter: 'os=' }, retry: { attempts: 3, on: ['nonsense'] } };
      await expect(create(scheduler, order)).rejects.toMatchObject({
        code: 'job.invalid',
        errors: expect.arrayContaining(
          ['/targets/filter', '/targets/groups/0', '/retry/on/0'].map((pointer) =>
            expect.objectContaining({ pointer }),
          ),
        ),
      });
    } finally {
      scheduler.peers.answers.set(FLEET_RPC.targetsPreview, preview);
    }
  });

  it('is refused until the number is confirmed when it means many; the dry run says the number', async () => {
    const members = computers(scheduler, 40);
    await scheduler.group('many-fit', members);
    const preview = scheduler.peers.answers.get(FLEET_RPC.targetsPreview)!;
    scheduler.peers.answers.set(FLEET_RPC.targetsPreview, () => ({
      platforms: [{ os: 'linux', arch: 'amd64', distribution: null, computers: 40, offline: 0 }],
      reachedGuarded: [],
      fleet: 50,
    }));
    try {
      const targets = { groups: ['many-fit'], filter: 'os==linux' };
      await expect(create(scheduler, { targets })).rejects.toMatchObject({
        errors: [{ pointer: '/confirmTargets', message: expect.stringContaining('"confirmTargets": 40') }],
      });
      const order = { package: 'acme-ledger', version: '2.4.0', targets };
      expect(await scheduler.rpc.call(JOB_RPC.preview, { job: order })).toMatchObject({
        targets: { total: 40 },
        confirmTargets: 40,
      });
      const { id } = await create(scheduler, { targets, confirmTargets: 40 });
      await story.assigned(id);
      expect(EVENTS.jobTargetsAssigned).toBeDefined();
    } finally {
      scheduler.peers.answers.set(FLEET_RPC.targetsPreview, preview);
    }
  });
});
