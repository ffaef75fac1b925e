import { gzipSync } from 'node:zlib';
import { FLEET_RPC, type InventoryRequest } from '@waybill/contracts';
import { FleetWorld, type Problem } from '../specs/fleet-world.fixtures.spec.js';

let world: FleetWorld;

beforeAll(async () => {
  world = await FleetWorld.start();
});
afterAll(() => world.stop());

const inventory = (change: object = {}): InventoryRequest => ({
  hostname: 'pc-9',
  os: 'linux',
  arch: 'amd64',
  distribution: 'debian',
  agentVersion: '1.2.3',
  memoryBytes: 8_589_934_592,
  cpu: 'Some CPU',
  disks: [{ path: '/', sizeBytes: 100, freeBytes: 50 }],
  addresses: ['10.0.0.1'],
  clockSkewMs: -3,
  software: [
    { name: 'libc6', version: '2.36', source: 'dpkg' },
    { name: 'acme', version: '1.0', source: 'waybill' },
  ],
  ...change,
});
const software = async (id: string) => (await world.rpc.call(FLEET_RPC.computerSoftware, { id })).items;
const rowVersion = async (id: string) =>
  (await world.sql.query('SELECT xmin::text FROM computers WHERE id = $1', [id]))[0].xmin as string;

describe('PUT /inventory', () => {
  it('replaces what is known of the computer', async () => {
    const agent = await world.agent();
    expect((await agent.call('PUT', '/inventory', inventory())).status).toBe(204);
    expect(await world.rpc.call(FLEET_RPC.computerGet, { id: agent.id })).toMatchObject({
      name: 'pc-9',
      os: 'linux',
      arch: 'amd64',
      distribution: 'debian',
      agentVersion: '1.2.3',
      inventory: {
        memoryBytes: 8_589_934_592,
        cpu: 'Some CPU',
        disks: [{ path: '/', sizeBytes: 100, freeBytes: 50 }],
        addresses: ['10.0.0.1'],
        clockSkewMs: -3,
      },
      revision: 1,
    });
    expect(await software(agent.id)).toEqual([
      { name: 'acme', version: '1.0', source: 'waybill' },
      { name: 'libc6', version: '2.36', source: 'dpkg' },
    ]);
    await agent.call(
      'PUT',
      '/inventory',
      inventory({ software: [{ name: 'acme', version: '2.0', source: 'waybill' }] }),
    );
    expect(await software(agent.id)).toEqual([{ name: 'acme', version: '2.0', source: 'waybill' }]);
  });

  it('writes nothing when nothing changed', async () => {
    const agent = await world.agent();
    await agent.call('PUT', '/inventory', inventory());
    const before = await rowVersion(agent.id);
    await agent.call('PUT', '/inventory', inventory({ software: inventory().software!.toReversed() }));
    expect(await rowVersion(agent.id)).toBe(before);
  });

  it('keeps the name that an administrator gave', async () => {
    const agent = await world.agent();
    await world.rpc.call(FLEET_RPC.computerUpdate, { id: agent.id, changes: { name: 'reception' } });
    await agent.call('PUT', '/inventory', inventory());
    expect(await world.rpc.call(FLEET_RPC.computerGet, { id: agent.id })).toMatchObject({ name: 'reception' });
  });

  it('takes 20,000 entries compressed, and lists them page by page', async () => {
    const agent = await world.agent();
    const many = Array.from({ length: 20_000 }, (_, i) => ({
      name: `package-${i}`,
      version: `1.0.${i}`,
      source: 'dpkg',
    }));
    const body = gzipSync(JSON.stringify(inventory({ software: many })));
    const { status } = await agent.call('PUT', '/inventory', body, { 'content-encoding': 'gzip' });
    expect(status).toBe(204);
    const first = await world.rpc.call(FLEET_RPC.computerSoftware, {
      id: agent.id,
      limit: 1000,
      filter: 'name==package-1*',
    });
    const second = await world.rpc.call(FLEET_RPC.computerSoftware, {
      id: agent.id,
      limit: 1000,
      filter: 'name==package-1*',
      cursor: first.nextCursor!,
    });
    expect(new Set([...first.items, ...second.items].map(({ name }) => name)).size).toBe(2000);
  });

  it('refuses a body that is too large once it is unpacked', async () => {
    const agent = await world.agent();
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '));
    const { status, body } = await agent.call('PUT', '/inventory', bomb, { 'content-encoding': 'gzip' });
    expect([status, (body as Problem).code]).toEqual([413, 'body.tooLarge']);
  });

  it.each([
    [{ colour: 'red' }, 'request.invalid', '/colour'],
    [{ os: 'beos' }, 'request.invalid', '/os'],
    [{ software: [{ name: 'a', version: '1', source: 'magic' }] }, 'request.invalid', '/software/0/source'],
    [{ cpu: 'x\u0000' }, 'request.invalid', '/cpu'],
    [{ hostname: '../x' }, 'computer.nameInvalid', '/hostname'],
    [{ disks: [{ path: '/' }] }, 'inventory.diskInvalid', '/disks/0'],
  ])('refuses %p', async (change, code, pointer) => {
    const agent = await world.agent();
    const { status, body } = await agent.call('PUT', '/inventory', inventory(change));
    expect([status, (body as Problem).code, (body as Problem).errors?.[0]?.pointer]).toEqual([400, code, pointer]);
    expect(await world.rpc.call(FLEET_RPC.computerGet, { id: agent.id })).toMatchObject({ inventory: null });
  });
});
