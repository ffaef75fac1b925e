import { randomUUID } from 'node:crypto';
import { FLEET_RPC } from '@waybill/contracts';
import { FleetWorld } from '../specs/fleet-world.fixtures.spec.js';
import { report, software } from './dynamic-group.fixtures.spec.js';

let world: FleetWorld;
/** by name: pc-a … pc-d */
const known: Record<string, string> = {};

beforeAll(async () => {
  world = await FleetWorld.start();
  const add = async (name: string, attributes: Record<string, string>, inventory: object) => {
    const agent = await world.agent();
    await report(agent, { hostname: name, ...inventory });
    await world.rpc.call(FLEET_RPC.computerUpdate, { id: agent.id, changes: { attributes } });
    known[agent.id] = name;
  };
  await add(
    'pc-a',
    { site: 'Kyoto', department: 'accounting' },
    {
      memoryBytes: 8 * 2 ** 30,
      software: software('acme-ledger 2.3.0 waybill', 'libc6 2.36-9+deb12u1 dpkg'),
    },
  );
  await add(
    'pc-b',
    { site: 'Kyoto', department: 'sales' },
    {
      os: 'windows',
      memoryBytes: 16 * 2 ** 30,
      software: software('acme-ledger 2.10.0 waybill', 'acme-ledger 2.3.9 registry'),
    },
  );
  await add(
    'pc-c',
    { site: '50%_x' },
    {
      distribution: 'rocky',
      software: software('acme-ledger 2.4.0-rc.1 waybill', 'openssl 1:3.0.7-6.el9 rpm', 'python3.11 3.11.2-6 dpkg'),
    },
  );
  await add('pc-d', {}, { arch: 'arm64', software: software('libc6 2.31-13 dpkg') });
});
afterAll(() => world.stop());

const preview = async (filter: string) => {
  const request = { name: 'x', kind: 'dynamic', filter } as const;
  const { members, computers, sample } = await world.rpc.call(FLEET_RPC.groupPreview, request);
  expect(computers).toBe(4);
  expect(members).toBe(sample.length);
  return sample.map(({ id }) => known[id]!.slice(3)).join('');
};

describe('a filter of a dynamic group', () => {
  it.each([
    ['os==linux', 'acd'],
    ['os==linux;arch==arm64', 'd'],
    ['name==pc-b,distribution==rocky', 'bc'],
    ['hostname=in=(pc-a,pc-d)', 'ad'],
    ['memoryBytes>=17179869184', 'b'],
    ['attribute.site==Kyoto', 'ab'],
    ['attribute.site==Kyo*', 'ab'],
    ['attribute.site==50%_x', 'c'],
    ['attribute.site!=Kyoto', 'cd'],
    ['attribute.department=in=(accounting,sales)', 'ab'],
    ['attribute.department=out=(accounting,sales)', 'cd'],
    ['attribute.site==Kyoto;attribute.department!=sales', 'a'],
    ['software.acme-ledger==*', 'abc'],
    ['software.acme-ledger!=*', 'd'],
    ['software.acme-ledger==2.3*', 'ab'],
    ['software.acme-ledger=in=(2.3.0,2.10.0)', 'ab'],
    ['software.acme-ledger.version<2.4', 'abc'],
    ['software.acme-ledger.version<2.3.9', 'a'],
    ['software.acme-ledger.version>=2.4.0', 'b'],
    ['software.acme-ledger.version==2.3', 'a'],
    ['software.acme-ledger.version==2.3.0', 'a'],
    ['software.acme-ledger.version!=2.3.0', 'bcd'],
    ['software.acme-ledger.version=in=(2.3.0,2.3.9)', 'ab'],
    ['software.acme-ledger.version=out=(2.3.0,2.3.9)', 'cd'],
    ['software.libc6.version<2.36', 'd'],
    ['software.libc6.version>=2.36-9', 'a'],
    ['software.openssl.version<1:3.0.7-10.el9', 'c'],
    ['software.openssl.version>3.9', 'c'],
    ['software.python3.11==*', 'c'],
    ['software.python3.11.version>3.9', 'c'],
    ['software.nothing==*', ''],
  ])('%s fits %s', async (filter, expected) => {
    expect(await preview(filter)).toBe(expected);
  });

  it.each([
    ['os=', 'filter.syntax'],
    ['hoursWorked>3', 'filter.unknownField'],
    ['software==x', 'filter.unknownField'],
    ['software.acme-ledger<2.4', 'filter.operator'],
    ['memoryBytes>much', 'filter.value'],
    ['online==true', 'group.filterUnsuitable'],
    ['os==linux;lastSeenAt>2026-01-01', 'group.filterUnsuitable'],
    ['group==accounting', 'group.filterUnsuitable'],
    [`name=="a\u0000"`, 'request.invalid'],
    [`attribute.a\u0000b==x`, 'request.invalid'],
  ])('%s is refused as %s, with its field named', async (filter, code) => {
    for (const pattern of [FLEET_RPC.groupPreview, FLEET_RPC.groupCreate])
      await expect(
        world.rpc.call(pattern, { name: `d-${randomUUID()}`, kind: 'dynamic', filter }),
      ).rejects.toMatchObject({ kind: 'invalid', code, errors: [{ pointer: '/filter', message: expect.any(String) }] });
  });

  it('says what to write for an order of versions', async () => {
    await expect(preview('software.acme-ledger<2.4')).rejects.toMatchObject({
      detail: expect.stringContaining('"software.acme-ledger.version<2.4"'),
    });
  });

  it('belongs to a dynamic group, and to no other', async () => {
    const ask = (group: object) =>
      world.rpc.call(FLEET_RPC.groupCreate, { name: `d-${randomUUID()}`, ...group } as never);
    await expect(ask({ kind: 'dynamic' })).rejects.toMatchObject({ code: 'group.filterMissing' });
    await expect(ask({ kind: 'static', filter: 'os==linux' })).rejects.toMatchObject({
      code: 'group.filterUnexpected',
    });
    await expect(world.rpc.call(FLEET_RPC.groupPreview, { name: 'x', kind: 'static' })).rejects.toMatchObject({
      code: 'group.previewStatic',
    });
  });
});

describe('the list of computers', () => {
  it('takes the same filters, and presence and groups besides', async () => {
    const filter = 'software.acme-ledger.version<2.3.9;online==false;group!=nobody';
    const { items } = await world.rpc.call(FLEET_RPC.computerList, { filter });
    expect(items.map(({ name }) => name)).toEqual(['pc-a']);
  });
});
