import { randomUUID } from 'node:crypto';
import { FLEET_RPC, type GroupView, type InventoryRequest, type InventorySoftware } from '@waybill/contracts';
import type { DataSource } from 'typeorm';
import type { FleetWorld } from '../specs/fleet-world.fixtures.spec.js';
import type { TestAgent } from '../specs/test-agent.fixtures.spec.js';

/** Software as an inventory names it: `name version source`. */
export function software(...entries: string[]): InventorySoftware[] {
  return entries.map((entry) => {
    const [name, version, source] = entry.split(' ') as [string, string, InventorySoftware['source']];
    return { name, version, source };
  });
}

export async function report(agent: TestAgent, change: Partial<InventoryRequest>): Promise<void> {
  const inventory = {
    hostname: `pc-${agent.id.slice(-8)}`,
    os: 'linux',
    arch: 'amd64',
    agentVersion: '1.0.0',
    ...change,
  };
  const { status, body } = await agent.call('PUT', '/inventory', inventory);
  if (status !== 204) throw new Error(`inventory answered ${status} ${JSON.stringify(body)}`);
}

export function dynamicGroup(world: FleetWorld, filter: string, name = `d-${randomUUID()}`): Promise<GroupView> {
  return world.rpc.call(FLEET_RPC.groupCreate, { name, kind: 'dynamic', filter });
}

export async function membersOf(world: FleetWorld, name: string): Promise<string[]> {
  const { items } = await world.rpc.call(FLEET_RPC.groupMembersList, { name, limit: 1000 });
  return items.map(({ id }) => id).sort();
}

/** Computers that nobody enrolled: rows, as many as wanted. */
export async function seedComputers(sql: DataSource, count: number, attributes: object): Promise<string[]> {
  const rows = await sql.query<{ id: string }[]>(
    `INSERT INTO computers (id, public_key, enrolled_with, name, hostname, os, attributes)
     SELECT gen_random_uuid(), gen_random_uuid()::text, gen_random_uuid(), 'seed-' || n, 'seed-' || n, 'linux', $2::jsonb
     FROM generate_series(1, $1::int) n RETURNING id`,
    [count, attributes],
  );
  return rows.map(({ id }) => id).sort();
}
