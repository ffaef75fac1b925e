import { randomUUID } from 'node:crypto';
import { type ComputerView, EVENTS, FLEET_RPC, type PageQuery } from '@waybill/contracts';
import { FleetWorld } from '../specs/fleet-world.fixtures.spec.js';
import { TestAgent } from '../specs/test-agent.fixtures.spec.js';

let world: FleetWorld;

beforeAll(async () => {
  world = await FleetWorld.start();
});
afterAll(() => world.stop());

const list = (query: PageQuery) => world.rpc.call(FLEET_RPC.computerList, query);
const get = (id: string) => world.rpc.call(FLEET_RPC.computerGet, { id });
const update = (id: string, changes: object, revision?: number) =>
  world.rpc.call(FLEET_RPC.computerUpdate, { id, changes, revision });
const names = ({ items }: { items: ComputerView[] }) => items.map(({ name }) => name.split('-')[0]);

describe('the list of computers', () => {
  const site = randomUUID().slice(0, 8);
  const mine = `attribute.site==${site}`;
  let group: string;

  beforeAll(async () => {
    group = (await world.group()).name;
    const others = (await world.group()).name;
    const computers = [
      { hostname: `a-${site}`, os: 'linux', arch: 'amd64', distribution: 'debian', groups: [group] },
      { hostname: `b-${site}`, os: 'linux', arch: 'arm64', distribution: 'ubuntu', groups: [group, others] },
      { hostname: `c-${site}`, os: 'windows', arch: 'amd64', groups: [others] },
      { hostname: `d-${site}`, groups: [] },
    ];
    for (const { groups, ...computer } of computers)
      await new TestAgent(world).enrol(await world.token(groups), { ...computer, attributes: { site } });
    await world.sql.query(`UPDATE computers SET online = true, last_seen_at = '2026-09-01T00:00:00Z' WHERE name = $1`, [
      `a-${site}`,
    ]);
  });

  it.each([
    ['os==linux', ['a', 'b']],
    ['arch!=amd64', ['b', 'd']],
    ['distribution=in=(debian,ubuntu)', ['a', 'b']],
    ['online==true', ['a']],
    ['lastSeenAt<2026-10-01T00:00:00Z', ['a', 'b', 'c', 'd']],
    ['lastSeenAt>2026-08-01T00:00:00Z', ['a']],
    ['name==b-*', ['b']],
    ['attribute.site==nowhere', []],
  ])('is filtered by %s', async (filter, expected) => {
    expect(names(await list({ filter: `${mine};${filter}` }))).toEqual(expected);
  });

  it('is filtered by group', async () => {
    expect(names(await list({ filter: `${mine};group=="${group}"` }))).toEqual(['a', 'b']);
    expect(names(await list({ filter: `${mine};group!="${group}"` }))).toEqual(['c', 'd']);
    expect(names(await list({ filter: `${mine};group=in=("${group}",nobody)` }))).toEqual(['a', 'b']);
    await expect(list({ filter: 'group>a' })).rejects.toMatchObject({ code: 'filter.operator' });
  });

  it.each(['name', '-name', 'lastSeenAt', '-enrolledAt', 'id'])(
    'is paged in the order of %s without gaps or repetitions',
    async (sort) => {
      const whole = await list({ filter: mine, sort });
      const paged: ComputerView[] = [];
      for (let cursor: string | undefined; ;) {
        const page = await list({ filter: mine, sort, limit: 1, cursor });
        paged.push(...page.items);
        if (page.nextCursor === null) break;
        cursor = page.nextCursor;
      }
      expect(paged).toEqual(whole.items);
      expect(paged).toHaveLength(4);
    },
  );

  it.each([
    [{ filter: 'colour==red' }, 'filter.unknownField'],
    [{ filter: 'name==' }, 'filter.syntax'],
    [{ filter: Array.from({ length: 101 }, () => 'os==linux').join(';') }, 'filter.tooLong'],
    [{ filter: 'online==maybe' }, 'filter.value'],
    [{ sort: 'os' }, 'sort.unknownField'],
    [{ cursor: 'bWFkZSB1cA' }, 'cursor.invalid'],
  ])('refuses %p', async (query, code) => {
    await expect(list(query)).rejects.toMatchObject({ code, kind: 'invalid' });
  });
});

describe('a computer', () => {
  it('is changed by administrators, guarded by its revision', async () => {
    const { id } = await world.agent();
    expect(await update(id, { attributes: { department: 'accounting' } }, 1)).toMatchObject({
      attributes: { department: 'accounting' },
      revision: 2,
    });
    expect(await update(id, { attributes: { department: 'accounting' } })).toMatchObject({ revision: 2 });
    await expect(update(id, { name: 'late' }, 1)).rejects.toMatchObject({
      code: 'precondition.failed',
      kind: 'precondition',
    });
    expect(await update(id, { name: 'reception' }, 2)).toMatchObject({
      name: 'reception',
      attributes: { department: 'accounting' },
      revision: 3,
    });
  });

  it('lets one of two who change it at once win', async () => {
    const { id } = await world.agent();
    const answers = await Promise.allSettled([update(id, { name: 'first' }, 1), update(id, { name: 'second' }, 1)]);
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it.each([
    [{ colour: 'red' }, 'request.invalid'],
    [{ name: '' }, 'request.invalid'],
    [{ name: '../x' }, 'computer.nameInvalid'],
    [{ attributes: { 'a b': 'x' } }, 'computer.attributesInvalid'],
    [{ attributes: { a: 'x\u0000' } }, 'request.invalid'],
  ])('refuses the changes %p', async (changes, code) => {
    const { id } = await world.agent();
    await expect(update(id, changes)).rejects.toMatchObject({ code, kind: 'invalid' });
    expect(await get(id)).toMatchObject({ revision: 1 });
  });

  it('is removed with all that is known of it, and that is told', async () => {
    const group = await world.group();
    const { id } = await world.agent([group.name]);
    await world.rpc.call(FLEET_RPC.computerRemove, { id });
    expect(await world.heard(EVENTS.computerRemoved, ({ computerId }) => computerId === id)).toMatchObject({ v: 1 });
    expect((await world.rpc.call(FLEET_RPC.groupGet, { name: group.name })).members).toBe(0);
    const refused = { code: 'computer.notFound', kind: 'notFound' };
    await expect(get(id)).rejects.toMatchObject(refused);
    await expect(update(id, {})).rejects.toMatchObject(refused);
    await expect(world.rpc.call(FLEET_RPC.computerRemove, { id })).rejects.toMatchObject(refused);
    await expect(world.rpc.call(FLEET_RPC.computerSoftware, { id })).rejects.toMatchObject(refused);
  });
});
