import { randomUUID } from 'node:crypto';
import { FLEET_RPC, inboxShard, inboxStream, type InstallWindows } from '@waybill/contracts';
import { eventually, specActor } from '@waybill/testing';
import { FleetWorld } from '../specs/fleet-world.fixtures.spec.js';
import type { TestAgent } from '../specs/test-agent.fixtures.spec.js';

let world: FleetWorld;
beforeAll(async () => {
  world = await FleetWorld.start();
});
afterAll(() => world.stop());

const windows = (zone = 'Asia/Tokyo'): InstallWindows => ({
  zone,
  intervals: [{ days: ['SU'], from: '02:00', to: '04:00' }],
});
const make = (name: string, own?: InstallWindows) =>
  world.rpc.call(FLEET_RPC.groupCreate, { name, kind: 'static', ...(own && { windows: own }) });
const change = (name: string, own: InstallWindows | null) =>
  world.rpc.call(FLEET_RPC.groupUpdate, { name, changes: { windows: own } });
const of = async (agent: TestAgent) => (await agent.session()).windows;
const tree = () => {
  const top = `emea-${randomUUID()}`;
  return { top, middle: `${top}/accounting`, leaf: `${top}/accounting/payroll` };
};

describe('windows of groups', () => {
  it('hold for the groups below, up to one that has its own, whether those between exist or not', async () => {
    const { top, leaf, middle } = tree();
    expect(await make(leaf)).toMatchObject({ windows: null, windowsOf: null });
    const agent = await world.agent([leaf]);
    expect(await of(agent)).toEqual([]);
    expect(await make(top, windows())).toMatchObject({ windows: windows(), windowsOf: top });
    expect(await of(agent)).toEqual([{ group: top, ...windows() }]);
    await make(middle, windows('Europe/Berlin'));
    expect(await of(agent)).toEqual([{ group: middle, ...windows('Europe/Berlin') }]);
    expect(await world.rpc.call(FLEET_RPC.groupGet, { name: leaf })).toMatchObject({
      windows: null,
      windowsOf: middle,
    });
    expect(await change(middle, null)).toMatchObject({ windows: null, windowsOf: top });
    await world.rpc.call(FLEET_RPC.groupRemove, { name: top });
    expect(await of(agent)).toEqual([]);
  });

  it('are no windows of a group whose name only begins the same', async () => {
    const { top } = tree();
    await make(top, windows());
    await make(`${top}-north`);
    expect(await of(await world.agent([`${top}-north`]))).toEqual([]);
  });

  it('of all groups of a computer are in its session, each once', async () => {
    const [one, other, plain] = [tree(), tree(), await world.group()];
    await make(one.top, windows());
    await make(one.middle);
    await make(other.top, windows('UTC'));
    const agent = await world.agent([one.top, one.middle, other.top, plain.name]);
    const known = (await of(agent))!.map(({ group }) => group);
    expect(known).toEqual([one.top, other.top].sort());
  });

  it('that change have the computers in the group and below read their sessions again', async () => {
    const { top, leaf } = tree();
    await make(leaf);
    const [agent, stranger] = [await world.agent([leaf]), await world.agent()];
    const connection = await agent.connect();
    const inbox = await connection.read(inboxStream(inboxShard(agent.id)));
    const notices = (id: string) =>
      inbox.filter(({ properties }) => properties.headers?.['x-stream-filter-value'] === id).length;
    await make(top, windows());
    await eventually(() => expect(notices(agent.id)).toBe(1));
    await change(top, windows());
    await change(top, windows('UTC'));
    await eventually(() => expect(notices(agent.id)).toBe(2));
    await world.rpc.call(FLEET_RPC.groupRemove, { name: top });
    await eventually(() => expect(notices(agent.id)).toBe(3));
    expect(notices(stranger.id)).toBe(0);
    await connection.close();
  });

  it('are not changed by somebody who may not change the groups below that have them', async () => {
    const { top, middle, leaf } = tree();
    await make(top, windows());
    await make(leaf);
    const as = (...groups: string[]) => specActor({ grants: [{ role: 'administrator', groups }] });
    const order = { name: top, changes: { windows: windows('UTC') } };
    const refused = { code: 'permission.limited' };
    await expect(world.rpc.as(as(top), FLEET_RPC.groupUpdate, order)).rejects.toMatchObject(refused);
    await expect(world.rpc.as(as(top), FLEET_RPC.groupRemove, { name: top })).rejects.toMatchObject(refused);
    expect(await world.rpc.call(FLEET_RPC.groupGet, { name: top })).toMatchObject({ windows: windows(), revision: 1 });
    await world.rpc.as(as(top, leaf), FLEET_RPC.groupUpdate, order);
    // what has its own, or those of one that is nearer, is not concerned
    await make(middle, windows());
    await world.rpc.as(as(top), FLEET_RPC.groupUpdate, { name: top, changes: { windows: windows() } });
  });

  it('that make no sense are refused with everything that is wrong, and nothing is changed', async () => {
    const { top } = tree();
    const wrong = { zone: 'Mars', intervals: [{ days: ['SU' as const], from: '02:00', to: '02:00' }] };
    const refused = {
      code: 'group.windows',
      errors: [
        { pointer: '/windows/zone', message: expect.any(String) },
        { pointer: '/windows/intervals/0/to', message: expect.any(String) },
      ],
    };
    await expect(make(top, wrong)).rejects.toMatchObject(refused);
    await expect(world.rpc.call(FLEET_RPC.groupGet, { name: top })).rejects.toMatchObject({ code: 'group.notFound' });
    await make(top, windows());
    await expect(change(top, wrong)).rejects.toMatchObject(refused);
    expect(await world.rpc.call(FLEET_RPC.groupGet, { name: top })).toMatchObject({ windows: windows(), revision: 1 });
  });
});
