import { randomUUID } from 'node:crypto';
import { type Actor, FLEET_RPC, type Grant, type RpcContract, type RpcPattern } from '@waybill/contracts';
import { specActor } from '@waybill/testing';
import { FleetWorld } from '../specs/fleet-world.fixtures.spec.js';

let world: FleetWorld;
let computers: { mine: string; shared: string; theirs: string; alone: string };
const [mine, theirs] = [`mine-${randomUUID()}`, `theirs-${randomUUID()}`];
beforeAll(async () => {
  world = await FleetWorld.start();
  await world.group(mine);
  await world.group(theirs);
  const enrolled = async (groups: string[]) => (await world.agent(groups)).id;
  computers = {
    mine: await enrolled([mine]),
    shared: await enrolled([mine, theirs]),
    theirs: await enrolled([theirs]),
    alone: await enrolled([]),
  };
}, 120_000);
afterAll(() => world?.stop());

const limited = (...grants: Grant[]): Actor => specActor({ grants });
const admin = limited({ role: 'administrator', groups: [mine] });
const codeOf = <P extends RpcPattern>(actor: Actor, pattern: P, request: RpcContract[P]['request']) =>
  world.rpc.as(actor, pattern, request).then(
    () => 'done',
    ({ code }: { code: string }) => code,
  );
const listed = async (pattern: typeof FLEET_RPC.computerList, filter?: string) =>
  (await world.rpc.as(admin, pattern, { limit: 1000, ...(filter ? { filter } : {}) })).items.map(({ id }) => id).sort();

describe('somebody limited to a group', () => {
  it.each(['theirs', 'alone'] as const)('hears of a computer that is %s that it is not there', async (which) => {
    for (const id of [computers[which], randomUUID()])
      for (const [pattern, request] of [
        [FLEET_RPC.computerGet, { id }],
        [FLEET_RPC.computerSoftware, { id }],
        [FLEET_RPC.computerUpdate, { id, changes: { attributes: { a: 'b' } } }],
        [FLEET_RPC.computerRemove, { id }],
        [FLEET_RPC.groupMembersAdd, { name: mine, computers: [id] }],
      ] as const)
        expect([pattern, await codeOf(admin, pattern, request as never)]).toEqual([pattern, 'computer.notFound']);
    expect((await world.rpc.call(FLEET_RPC.computerGet, { id: computers[which] })).attributes).toEqual({});
  });

  it('sees a computer that others have too, and does not change it', async () => {
    const id = computers.shared;
    expect(await codeOf(admin, FLEET_RPC.computerGet, { id })).toBe('done');
    expect(await codeOf(admin, FLEET_RPC.computerUpdate, { id, changes: { name: 'x' } })).toBe('permission.limited');
    expect(await codeOf(admin, FLEET_RPC.computerRemove, { id })).toBe('permission.limited');
    expect(await codeOf(admin, FLEET_RPC.computerUpdate, { id: computers.mine, changes: { name: 'mine' } })).toBe(
      'done',
    );
  });

  it('lists the computers of their group, also with a filter that asks for others', async () => {
    const own = [computers.mine, computers.shared].sort();
    expect(await listed(FLEET_RPC.computerList)).toEqual(own);
    expect(await listed(FLEET_RPC.computerList, `group==${theirs}`)).toEqual([computers.shared]);
    expect(await listed(FLEET_RPC.computerList, `id==${computers.theirs},id==${computers.mine}`)).toEqual([
      computers.mine,
    ]);
    const members = await world.rpc.as(admin, FLEET_RPC.groupMembersList, { name: mine });
    expect(members.items.map(({ id }) => id).sort()).toEqual(own);
  });

  it('sees and changes their group only', async () => {
    for (const name of [theirs, 'no-such-group'])
      for (const [pattern, request] of [
        [FLEET_RPC.groupGet, { name }],
        [FLEET_RPC.groupMembersList, { name }],
        [FLEET_RPC.groupMembersAdd, { name, computers: [computers.mine] }],
        [FLEET_RPC.groupMembersRemove, { name, computers: [computers.shared] }],
        [FLEET_RPC.groupRemove, { name }],
      ] as const)
        expect([pattern, await codeOf(admin, pattern, request as never)]).toEqual([pattern, 'group.notFound']);
    const groups = await world.rpc.as(admin, FLEET_RPC.groupList, { limit: 1000 });
    expect(groups.items.map(({ name }) => name)).toEqual([mine]);
    expect(await codeOf(admin, FLEET_RPC.groupCreate, { name: 'new', kind: 'static' })).toBe('permission.limited');
    const reader = limited({ role: 'viewer' }, { role: 'administrator', groups: [mine] });
    expect(await codeOf(reader, FLEET_RPC.groupRemove, { name: theirs })).toBe('permission.limited');
    expect((await world.rpc.call(FLEET_RPC.groupGet, { name: theirs })).members).toBe(2);
  });

  it('lets computers into their group only, and sees those tokens only', async () => {
    const create = (groups: string[]) => codeOf(admin, FLEET_RPC.enrolmentTokenCreate, { groups });
    expect([await create([]), await create([theirs]), await create([mine, theirs])]).toEqual([
      'permission.limited',
      'enrolmentToken.unknownGroup',
      'enrolmentToken.unknownGroup',
    ]);
    const { id } = await world.rpc.as(admin, FLEET_RPC.enrolmentTokenCreate, { groups: [mine] });
    const foreign = await world.rpc.call(FLEET_RPC.enrolmentTokenCreate, { groups: [mine, theirs] });
    const seen = (await world.rpc.as(admin, FLEET_RPC.enrolmentTokenList, { limit: 1000 })).items;
    expect(seen.map((token) => token.id)).toContain(id);
    expect(seen.map(({ groups }) => groups)).toEqual(seen.map(() => [mine]));
    expect(await codeOf(admin, FLEET_RPC.enrolmentTokenRemove, { id: foreign.id })).toBe('enrolmentToken.notFound');
    expect(await codeOf(admin, FLEET_RPC.enrolmentTokenRemove, { id })).toBe('done');
  });
});
