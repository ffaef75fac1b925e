import { randomUUID } from 'node:crypto';
import { EVENTS, FLEET_RPC, groupStream } from '@waybill/contracts';
import { managementCall } from '@waybill/testing';
import { FleetWorld } from '../specs/fleet-world.fixtures.spec.js';
import { CreateGroup } from './create-group.js';
import { RemoveRetiredStreams } from './remove-retired-streams.js';

let world: FleetWorld;

beforeAll(async () => {
  world = await FleetWorld.start();
});
afterAll(() => world.stop());

const ask = (...call: Parameters<typeof world.rpc.call>) => world.rpc.call(...call);
const queue = (name: string) => managementCall('GET', `/queues/${encodeURIComponent(world.vhosts.agents)}/${name}`);

describe('a group', () => {
  it('is made with its stream, bound to the commands, and told', async () => {
    const group = await world.rpc.call(FLEET_RPC.groupCreate, {
      name: `acc/${randomUUID()}`,
      kind: 'static',
      description: 'Accounting',
    });
    const stream = groupStream(group.id, 1);
    expect(group).toMatchObject({ kind: 'static', description: 'Accounting', members: 0, revision: 1 });
    expect(await queue(stream)).toMatchObject({ type: 'stream', durable: true });
    const bindings = await managementCall(
      'GET',
      `/queues/${encodeURIComponent(world.vhosts.agents)}/${stream}/bindings`,
    );
    expect(bindings).toEqual(
      expect.arrayContaining([expect.objectContaining({ source: 'waybill.commands', routing_key: stream })]),
    );
    expect(await world.heard(EVENTS.groupChanged, ({ groupId }) => groupId === group.id)).toEqual({
      v: 1,
      groupId: group.id,
      name: group.name,
      generation: 1,
      revision: 1,
      deleted: false,
    });
    expect(await world.rpc.call(FLEET_RPC.groupGet, { name: group.name })).toEqual(group);
  });

  it('has its name for itself, also among those who ask at once', async () => {
    const name = `g-${randomUUID()}`;
    const answers = await Promise.allSettled(Array.from({ length: 5 }, () => world.group(name)));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(world.group(name)).rejects.toMatchObject({ code: 'group.exists', kind: 'conflict' });
  });

  it('is made once by a request that is delivered twice', async () => {
    const create = world.get(CreateGroup);
    const request = { name: `g-${randomUUID()}`, kind: 'static' } as const;
    const first = await create.run(request, 'request-1');
    expect(await create.run(request, 'request-1')).toEqual(first);
    await expect(create.run(request, 'request-2')).rejects.toMatchObject({ code: 'group.exists' });
  });

  it('is refused with a name of control characters or paths, another kind, or unknown fields', async () => {
    for (const name of ['../x', 'a\nb', '', 'x'.repeat(129)])
      await expect(world.group(name)).rejects.toMatchObject({ kind: 'invalid' });
    await expect(ask(FLEET_RPC.groupCreate, { name: 'x', kind: 'dynamic' as never })).rejects.toMatchObject({
      kind: 'invalid',
    });
    await expect(
      ask(FLEET_RPC.groupCreate, { name: 'x', kind: 'static', colour: 'red' } as never),
    ).rejects.toMatchObject({ kind: 'invalid' });
    await expect(
      ask(FLEET_RPC.groupCreate, { name: 'x', kind: 'static', description: 'a\u0000' }),
    ).rejects.toMatchObject({ code: 'request.invalid' });
  });

  it('is gone after its removal, with its members told, and its stream later', async () => {
    const group = await world.group();
    const agent = await world.agent([group.name]);
    await ask(FLEET_RPC.groupRemove, { name: group.name });
    expect(
      await world.heard(EVENTS.groupChanged, (body) => body['groupId'] === group.id && body['deleted'] === true),
    ).toMatchObject({ revision: 2 });
    expect((await agent.session()).subscriptions.map(({ kind }) => kind)).toEqual(['inbox']);
    for (const pattern of [FLEET_RPC.groupGet, FLEET_RPC.groupRemove, FLEET_RPC.groupMembersList]) {
      await expect(ask(pattern, { name: group.name })).rejects.toMatchObject({
        code: 'group.notFound',
        kind: 'notFound',
      });
    }
    const stream = groupStream(group.id, 1);
    const retired = world.get(RemoveRetiredStreams);
    await retired.run();
    expect(await queue(stream)).toMatchObject({ type: 'stream' });
    await world.sql.query('UPDATE retired_streams SET delete_after = now() WHERE stream = $1', [stream]);
    await retired.run();
    await expect(queue(stream)).rejects.toThrow('404');
  });

  it('is listed page by page, filtered and sorted', async () => {
    const prefix = `list-${randomUUID().slice(0, 8)}`;
    for (const name of ['c', 'a', 'b']) await world.group(`${prefix}-${name}`);
    const first = await world.rpc.call(FLEET_RPC.groupList, { filter: `name==${prefix}*`, sort: '-name', limit: 2 });
    const second = await world.rpc.call(FLEET_RPC.groupList, {
      filter: `name==${prefix}*`,
      sort: '-name',
      limit: 2,
      cursor: first.nextCursor!,
    });
    expect([...first.items, ...second.items].map(({ name }) => name.at(-1))).toEqual(['c', 'b', 'a']);
    expect(second.nextCursor).toBeNull();
  });
});

describe('members', () => {
  it('are added and removed by id, as often as one likes', async () => {
    const group = await world.group();
    const agents = [await world.agent(), await world.agent()];
    const computers = agents.map(({ id }) => id);
    const change = { name: group.name, computers };
    expect(await ask(FLEET_RPC.groupMembersAdd, change)).toEqual({ changed: 2, members: 2 });
    expect(await ask(FLEET_RPC.groupMembersAdd, change)).toEqual({ changed: 0, members: 2 });
    const list = await world.rpc.call(FLEET_RPC.groupMembersList, { name: group.name, sort: 'id' });
    expect(list.items.map(({ id }) => id)).toEqual([...computers].sort());
    expect(await ask(FLEET_RPC.groupMembersRemove, { ...change, computers: [computers[0]!] })).toEqual({
      changed: 1,
      members: 1,
    });
    expect(await ask(FLEET_RPC.groupMembersRemove, change)).toEqual({ changed: 1, members: 0 });
    expect(await ask(FLEET_RPC.groupMembersRemove, change)).toEqual({ changed: 0, members: 0 });
  });

  it('are refused as a whole when one does not exist', async () => {
    const group = await world.group();
    const agent = await world.agent();
    const stranger = randomUUID();
    await expect(
      ask(FLEET_RPC.groupMembersAdd, { name: group.name, computers: [agent.id, stranger] }),
    ).rejects.toMatchObject({
      code: 'computer.notFound',
      kind: 'notFound',
      detail: expect.stringContaining(stranger),
    });
    expect((await world.rpc.call(FLEET_RPC.groupGet, { name: group.name })).members).toBe(0);
    await expect(ask(FLEET_RPC.groupMembersAdd, { name: 'nobody', computers: [agent.id] })).rejects.toMatchObject({
      code: 'group.notFound',
    });
    await expect(ask(FLEET_RPC.groupMembersRemove, { name: 'nobody', computers: [agent.id] })).rejects.toMatchObject({
      code: 'group.notFound',
    });
  });

  it('are in no more groups than their token can name to the broker', async () => {
    const agent = await world.agent();
    await world.sql.query(
      `WITH made AS (INSERT INTO groups (id, name, kind) SELECT gen_random_uuid(), 'many-' || n, 'static' FROM generate_series(1, 64) n RETURNING id)
       INSERT INTO memberships (group_id, computer_id, member_since) SELECT id, $1, now() FROM made`,
      [agent.id],
    );
    const connection = await agent.connect();
    await connection.close();
    const { name } = await world.group();
    await expect(ask(FLEET_RPC.groupMembersAdd, { name, computers: [agent.id] })).rejects.toMatchObject({
      code: 'computer.tooManyGroups',
      kind: 'conflict',
    });
    expect((await world.rpc.call(FLEET_RPC.groupGet, { name })).members).toBe(0);
  });
});
