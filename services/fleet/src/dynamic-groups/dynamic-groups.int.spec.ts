import { randomUUID } from 'node:crypto';
import { FLEET_RPC, groupStream } from '@waybill/contracts';
import { dataSourceOptions } from '@waybill/persistence';
import { eventually, specActor } from '@waybill/testing';
import { DataSource } from 'typeorm';
import { MAX_GROUPS_PER_COMPUTER } from '../groups/memberships.repository.js';
import { FLEET_PERSISTENCE } from '../persistence.options.js';
import { FleetWorld } from '../specs/fleet-world.fixtures.spec.js';
import type { TestAgent } from '../specs/test-agent.fixtures.spec.js';
import { dynamicGroup, membersOf, report, seedComputers, software } from './dynamic-group.fixtures.spec.js';

let world: FleetWorld;

beforeAll(async () => {
  world = await FleetWorld.start();
});
afterAll(() => world.stop());

const attributes = (id: string, changed: Record<string, string>) =>
  world.rpc.call(FLEET_RPC.computerUpdate, { id, changes: { attributes: changed } });
const holds = (name: string, ids: string[]) =>
  eventually(async () => expect(await membersOf(world, name)).toEqual(ids.toSorted()));
const streams = async (agent: TestAgent) => (await agent.session()).subscriptions.map(({ stream }) => stream);
const settled = () =>
  eventually(async () => expect(await world.sql.query('SELECT * FROM membership_checks')).toEqual([]));

describe('a dynamic group', () => {
  it('has those who fit from the beginning, as many as there are', async () => {
    const site = randomUUID();
    const ids = await seedComputers(world.sql, 1_200, { site });
    const group = await dynamicGroup(world, `attribute.site==${site}`);
    expect(group).toMatchObject({ kind: 'dynamic', filter: `attribute.site==${site}` });
    await eventually(async () =>
      expect(await world.rpc.call(FLEET_RPC.groupGet, { name: group.name })).toMatchObject({ members: ids.length }),
    );
  });

  it('follows attributes and installed software, and lets the computer listen as long as it fits', async () => {
    const site = randomUUID();
    const group = await dynamicGroup(world, `attribute.site==${site};software.acme-ledger.version<2.4`);
    const agent = await world.agent();
    await report(agent, { software: software('acme-ledger 2.3.0 waybill') });
    await attributes(agent.id, { site });
    await holds(group.name, [agent.id]);
    expect(await streams(agent)).toContain(groupStream(group.id, 1));

    await report(agent, { software: software('acme-ledger 2.4.0 waybill') });
    await holds(group.name, []);
    expect(await streams(agent)).not.toContain(groupStream(group.id, 1));
    // who left is looked at again: its connection still has the rights of before
    expect(
      await world.sql.query('SELECT computer_id FROM revocations WHERE computer_id = $1', [agent.id]),
    ).toHaveLength(1);
  });

  it('follows its own filter, for who saw its revision', async () => {
    const [a, b] = [randomUUID(), randomUUID()];
    const [ofA] = await seedComputers(world.sql, 1, { site: a });
    const ofB = await seedComputers(world.sql, 3, { site: b });
    const { name } = await dynamicGroup(world, `attribute.site==${a}`);
    await holds(name, [ofA!]);
    const changes = { filter: `attribute.site==${b}`, description: 'moved' };
    await expect(world.rpc.call(FLEET_RPC.groupUpdate, { name, changes, revision: 7 })).rejects.toMatchObject({
      code: 'precondition.failed',
    });
    expect(await world.rpc.call(FLEET_RPC.groupUpdate, { name, changes, revision: 1 })).toMatchObject({
      ...changes,
      revision: 2,
    });
    await holds(name, ofB);
    await expect(
      world.rpc.call(FLEET_RPC.groupUpdate, { name, changes: { filter: 'online==true' } }),
    ).rejects.toMatchObject({ code: 'group.filterUnsuitable' });
  });

  it('takes nobody by hand, nor by an enrolment token', async () => {
    const { name } = await dynamicGroup(world, 'os==none');
    const { id } = await world.agent();
    for (const pattern of [FLEET_RPC.groupMembersAdd, FLEET_RPC.groupMembersRemove])
      await expect(world.rpc.call(pattern, { name, computers: [id] })).rejects.toMatchObject({
        code: 'group.dynamic',
        detail: expect.stringContaining('os==none'),
      });
    await expect(world.rpc.call(FLEET_RPC.enrolmentTokenCreate, { groups: [name] })).rejects.toMatchObject({
      code: 'enrolmentToken.unknownGroup',
      errors: [{ pointer: '/groups/0', message: expect.stringContaining('filter') }],
    });
  });

  it('misses nobody who changes while it is made', async () => {
    const site = randomUUID();
    const ids = await seedComputers(world.sql, 60, {});
    const changes = ids.map((id) => attributes(id, { site }));
    const groups = await Promise.all([1, 2, 3].map(() => dynamicGroup(world, `attribute.site==${site}`)));
    await Promise.all(changes);
    for (const { name } of groups) await holds(name, ids);
  });

  it('holds whom it should after any churn, with two processes at work and one that comes and goes', async () => {
    const [a, b] = [randomUUID(), randomUUID()];
    const ids = await seedComputers(world.sql, 30, { site: a });
    const groups = await Promise.all([a, b].map((site) => dynamicGroup(world, `attribute.site==${site}`)));
    const replica = await world.replica();
    const last = new Map<string, string>();
    for (let round = 0; round < 6; round++) {
      const moves = ids.filter((_, n) => (n * 7 + round) % 3 !== 0);
      await Promise.all(
        moves.map((id, n) => {
          const site = (n + round) % 2 === 0 ? a : b;
          last.set(id, site);
          return attributes(id, { site });
        }),
      );
      if (round === 3) await replica.close();
    }
    for (const [index, site] of [a, b].entries())
      await holds(
        groups[index]!.name,
        ids.filter((id) => (last.get(id) ?? a) === site),
      );
  });

  it('is followed again by the next process when the one at work died', async () => {
    const site = randomUUID();
    const group = await dynamicGroup(world, `attribute.site==${site}`);
    let ids: string[] = [];
    await settled();
    // written while nobody is there, as by a process that was killed right after its commit
    await world.restart(async () => {
      const other = await new DataSource(
        dataSourceOptions(FLEET_PERSISTENCE, { url: world.config.databaseUrl }),
      ).initialize();
      ids = await seedComputers(other, 5, { site });
      await other.destroy();
    });
    await holds(group.name, ids);
  });

  it('leaves out who is in as many groups as one can be, and takes in the others', async () => {
    const site = randomUUID();
    const [full, free] = await seedComputers(world.sql, 2, {});
    await world.sql.query(
      `WITH made AS (
         INSERT INTO groups (id, name, kind) SELECT gen_random_uuid(), $1 || n, 'static' FROM generate_series(1, $2::int) n RETURNING id
       ) INSERT INTO memberships (group_id, computer_id, member_since) SELECT id, $3, now() FROM made`,
      [`full-${site}-`, MAX_GROUPS_PER_COMPUTER, full],
    );
    const { name } = await dynamicGroup(world, `attribute.site==${site}`);
    await attributes(full!, { site });
    await attributes(free!, { site });
    await holds(name, [free!]);
    await settled();
    expect(await membersOf(world, name)).toEqual([free]);
  });

  it('keeps its members when its filter is no longer understood, and others go on', async () => {
    const site = randomUUID();
    const ids = await seedComputers(world.sql, 1, { site });
    const [odd, fine] = await Promise.all([1, 2].map(() => dynamicGroup(world, `attribute.site==${site}`)));
    await holds(odd!.name, ids);
    await world.sql.query(`UPDATE groups SET filter = 'ofAnotherVersion==1' WHERE name = $1`, [odd!.name]);
    await attributes(ids[0]!, {});
    await holds(fine!.name, []);
    expect(await membersOf(world, odd!.name)).toEqual(ids);
  });

  it('is complete for a job that is sent right after a change', async () => {
    const site = randomUUID();
    const ids = await seedComputers(world.sql, 40, {});
    const group = await dynamicGroup(world, `attribute.site==${site}`);
    await Promise.all(ids.map((id) => attributes(id, { site })));
    const request = { groupIds: [group.id], computerIds: [], excludeGroupIds: [], excludeComputerIds: [], limit: 100 };
    const { targets } = await world.rpc.call(FLEET_RPC.targetsResolve, request);
    expect(targets.map(({ computerId }) => computerId)).toEqual(ids);
  });

  it('is nothing that somebody limited to groups can make or aim elsewhere', async () => {
    const { name } = await dynamicGroup(world, 'os==none');
    const admin = specActor({ grants: [{ role: 'administrator', groups: [name] }] });
    const filter = 'os==linux';
    for (const attempt of [
      world.rpc.as(admin, FLEET_RPC.groupCreate, { name: 'mine', kind: 'dynamic', filter }),
      world.rpc.as(admin, FLEET_RPC.groupPreview, { name: 'mine', kind: 'dynamic', filter }),
      world.rpc.as(admin, FLEET_RPC.groupUpdate, { name, changes: { filter } }),
    ])
      await expect(attempt).rejects.toMatchObject({ kind: 'forbidden', code: 'permission.limited' });
    await world.rpc.as(admin, FLEET_RPC.groupUpdate, { name, changes: { description: 'mine' } });
  });
});
