import { randomUUID } from 'node:crypto';
import type { BrokerManagement } from '../presence/broker-management.js';
import { FleetWorld } from '../specs/fleet-world.fixtures.spec.js';
import { FleetTimers } from '../timing/fleet.timers.js';
import { CloseRevoked } from './close-revoked.js';
import { RevocationsRepository } from './revocations.repository.js';

let world: FleetWorld;

beforeAll(async () => {
  world = await FleetWorld.start();
  // this spec takes the turns itself
  await world.get(FleetTimers).beforeApplicationShutdown();
});
afterAll(() => world.stop());

/** The two processes of a spec share what was closed; one may be cut off from the broker. */
function process(closed: string[], reachable = true): CloseRevoked {
  const closeConnections = async (computerId: string) => {
    if (!reachable) throw new Error('no broker');
    closed.push(computerId);
  };
  return new CloseRevoked(world.sql, world.get(RevocationsRepository), {
    closeConnections,
  } as unknown as BrokerManagement);
}
const revocations = (id: string) =>
  world.sql.query<{ id: string; later: boolean }[]>(
    'SELECT computer_id AS id, due_at > now() AS later FROM revocations WHERE computer_id = $1',
    [id],
  );
const bar = async () => {
  const id = randomUUID();
  await world.get(RevocationsRepository).bar(world.sql, [id]);
  return id;
};

describe('closing of connections', () => {
  it('is done once, whoever does it', async () => {
    const closed: string[] = [];
    const ids = [await bar(), await bar(), await bar()];
    await Promise.all([process(closed).run(), process(closed).run(), process(closed).run()]);
    expect(closed.sort()).toEqual(ids.sort());
    for (const id of ids) expect(await revocations(id)).toEqual([]);
  });

  it('is tried again later when the broker does not answer, by another process too', async () => {
    const closed: string[] = [];
    const id = await bar();
    await process(closed, false).run();
    expect(await revocations(id)).toEqual([{ id, later: true }]);
    await process(closed).run();
    expect(closed).toEqual([]);
    await world.sql.query('UPDATE revocations SET due_at = now() WHERE computer_id = $1', [id]);
    await process(closed).run();
    expect(closed).toEqual([id]);
    expect(await revocations(id)).toEqual([]);
  });

  it('leaves a computer alone that is away, and one that fetched a token since', async () => {
    const closed: string[] = [];
    const [away, renewed, stubborn] = [await world.agent(), await world.agent(), await world.agent()];
    const ids = [away.id, renewed.id, stubborn.id];
    await world.sql.query('UPDATE computers SET online = true WHERE id = ANY($1::uuid[])', [[renewed.id, stubborn.id]]);
    for (const agent of [renewed, stubborn]) await agent.accessToken();
    await world.sql.transaction((manager) => world.get(RevocationsRepository).leftGroup(manager, ids));
    await renewed.accessToken();
    await process(closed).run();
    expect(closed).toEqual([]);
    await world.sql.query('UPDATE revocations SET due_at = now() WHERE computer_id = ANY($1::uuid[])', [ids]);
    await process(closed).run();
    expect(closed).toEqual([stubborn.id]);
    for (const id of ids) expect(await revocations(id)).toEqual([]);
  });
});
