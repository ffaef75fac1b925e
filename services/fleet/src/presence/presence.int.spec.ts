import { FLEET_RPC } from '@waybill/contracts';
import { eventually } from '@waybill/testing';
import { FleetWorld } from '../specs/fleet-world.fixtures.spec.js';
import { PresenceRepository } from './presence.repository.js';

let world: FleetWorld;

beforeAll(async () => {
  world = await FleetWorld.start();
});
afterAll(() => world.stop());

const get = (id: string) => world.rpc.call(FLEET_RPC.computerGet, { id });
const becomes = (id: string, online: boolean, timeoutMs = 10_000) =>
  eventually(
    async () => {
      const computer = await get(id);
      if (computer.online !== online) throw new Error(`online is ${computer.online}`);
      return computer;
    },
    { timeoutMs },
  );

describe('presence', () => {
  it('follows the connection of an agent', async () => {
    const agent = await world.agent();
    const begin = Date.now();
    const connection = await agent.connect();
    const seen = await becomes(agent.id, true);
    expect(Date.parse(seen.lastSeenAt!)).toBeGreaterThanOrEqual(begin - 1000);
    await connection.close();
    const gone = await becomes(agent.id, false);
    expect(Date.parse(gone.lastSeenAt!)).toBeGreaterThanOrEqual(Date.parse(seen.lastSeenAt!));
  });

  it('stays while one of two connections stands', async () => {
    const agent = await world.agent();
    const first = await agent.connect();
    await becomes(agent.id, true);
    const second = await agent.connect();
    const open = () =>
      world.sql.query('SELECT 1 FROM connections WHERE computer_id = $1 AND closed_at IS NULL', [agent.id]);
    await eventually(async () => (await open()).length === 2);
    await first.close();
    await eventually(async () => (await open()).length === 1);
    expect((await get(agent.id)).online).toBe(true);
    await second.close();
    await becomes(agent.id, false);
  });

  it('is the same with another process that writes it too', async () => {
    const replica = await world.replica();
    const agent = await world.agent();
    const connection = await agent.connect();
    await becomes(agent.id, true);
    await connection.close();
    await becomes(agent.id, false);
    await replica.close();
    expect((await get(agent.id)).online).toBe(false);
  });

  it('finds what happened while nobody listened', async () => {
    const [leaver, comer] = [await world.agent(), await world.agent()];
    const leaving = await leaver.connect();
    await becomes(leaver.id, true);
    // as if it had connected long ago: the broker's list is trusted only about connections of a certain age
    await world.sql.query(
      `UPDATE connections SET connected_at = connected_at - interval '1 hour' WHERE computer_id = $1`,
      [leaver.id],
    );
    let coming: Awaited<ReturnType<typeof comer.connect>>;
    const tokens = [await comer.accessToken()];
    await world.restart(async () => {
      await leaving.close();
      coming = await comer.connect(tokens[0]);
    });
    await becomes(leaver.id, false);
    // the broker's list is some seconds behind, hence the second look
    await becomes(comer.id, true, 30_000);
    await coming!.close();
  }, 60_000);
});

describe('the record of connections', () => {
  const at = (ms: number) => new Date(Date.UTC(2026, 8, 1) + ms);
  const open = (name: string, computerId: string, ms: number) => ({
    name,
    computerId,
    connectedAt: at(ms),
    closedAt: null,
  });
  const close = (name: string, ms: number) => ({ name, computerId: null, connectedAt: null, closedAt: at(ms) });

  it('comes to the same end when a slow process repeats what is over', async () => {
    const { id } = await world.agent();
    const presence = world.get(PresenceRepository);
    await presence.apply([open('n1', id, 0)]);
    await presence.apply([close('n1', 10)]);
    await presence.apply([open('n1', id, 0)]);
    expect(await get(id)).toMatchObject({ online: false, lastSeenAt: at(10).toISOString() });
  });

  it('gives a name that is used again to the newer connection', async () => {
    const [first, second] = [await world.agent(), await world.agent()];
    const presence = world.get(PresenceRepository);
    await presence.apply([open('n2', first.id, 0)]);
    await presence.apply([open('n2', second.id, 20)]);
    await presence.apply([close('n2', 10)]);
    expect([(await get(first.id)).online, (await get(second.id)).online]).toEqual([false, true]);
  });

  it('takes the list for the truth, except about what is too young for it', async () => {
    const [gone, young, listed] = [await world.agent(), await world.agent(), await world.agent()];
    const presence = world.get(PresenceRepository);
    await presence.apply([open('n3', gone.id, 0), open('n4', young.id, 100)]);
    await presence.reconcile([{ name: 'n5', computerId: listed.id, connectedAt: at(50) }], at(60));
    expect([(await get(gone.id)).online, (await get(young.id)).online, (await get(listed.id)).online]).toEqual([
      false,
      true,
      true,
    ]);
  });
});
