import { randomBytes, randomUUID } from 'node:crypto';
import { FLEET_RPC } from '@waybill/contracts';
import { FleetWorld, type Problem } from '../specs/fleet-world.fixtures.spec.js';
import { keyPair } from '../specs/test-agent.fixtures.spec.js';

let world: FleetWorld;

beforeAll(async () => {
  world = await FleetWorld.start();
});
afterAll(() => world.stop());

const request = (token: string, change: object = {}) => ({
  token,
  publicKey: keyPair().spki,
  hostname: 'pc-1',
  ...change,
});
const enrol = async (body: object) => {
  const { status, body: answer } = await world.door('POST', '/enrol', body);
  return { ...(answer as { computerId: string } & Problem), status };
};
const uses = async (id: string) => {
  const [row] = await world.sql.query<{ uses: number }[]>('SELECT uses FROM enrolment_tokens WHERE id = $1', [id]);
  return row!.uses;
};

describe('an enrolment token', () => {
  it('shows its secret once and keeps only its hash', async () => {
    const group = await world.group();
    const token = await world.rpc.call(FLEET_RPC.enrolmentTokenCreate, { groups: [group.name], maxUses: 3 });
    expect(token).toMatchObject({ secret: expect.stringMatching(/^wbe_/), groups: [group.name], maxUses: 3, uses: 0 });
    const { items } = await world.rpc.call(FLEET_RPC.enrolmentTokenList, { filter: `id==${token.id}` });
    expect(items).toEqual([
      {
        id: token.id,
        groups: [group.name],
        maxUses: 3,
        uses: 0,
        expiresAt: token.expiresAt,
        createdAt: token.createdAt,
      },
    ]);
    const rows = await world.sql.query('SELECT t::text AS row FROM enrolment_tokens t');
    expect(JSON.stringify(rows)).not.toContain(token.secret);
  });

  it('names groups that exist', async () => {
    const { name } = await world.group();
    await expect(world.rpc.call(FLEET_RPC.enrolmentTokenCreate, { groups: [name, 'nobody'] })).rejects.toMatchObject({
      code: 'enrolmentToken.unknownGroup',
      kind: 'invalid',
      errors: [{ pointer: '/groups/1', message: 'there is no group "nobody"' }],
    });
    const many = Array.from({ length: 65 }, (_, i) => `g${i}`);
    await expect(world.rpc.call(FLEET_RPC.enrolmentTokenCreate, { groups: many })).rejects.toMatchObject({
      code: 'enrolmentToken.tooManyGroups',
    });
  });

  it('has a limit in time', async () => {
    await expect(
      world.rpc.call(FLEET_RPC.enrolmentTokenCreate, { expiresAt: '2020-01-01T00:00:00Z' }),
    ).rejects.toMatchObject({ code: 'enrolmentToken.expiryInvalid' });
  });

  it('admits nobody once it is removed', async () => {
    const { id, secret } = await world.rpc.call(FLEET_RPC.enrolmentTokenCreate, {});
    await world.rpc.call(FLEET_RPC.enrolmentTokenRemove, { id });
    expect(await enrol(request(secret))).toMatchObject({ status: 401, code: 'enrolment.tokenInvalid' });
    await expect(world.rpc.call(FLEET_RPC.enrolmentTokenRemove, { id })).rejects.toMatchObject({
      code: 'enrolmentToken.notFound',
      kind: 'notFound',
    });
  });
});

describe('enrolling', () => {
  it('makes a computer in the groups of the token', async () => {
    const group = await world.group();
    const answer = await enrol(
      request(await world.token([group.name]), {
        hostname: 'pc-7',
        os: 'linux',
        arch: 'amd64',
        attributes: { department: 'accounting' },
      }),
    );
    expect(answer.status).toBe(200);
    expect(await world.rpc.call(FLEET_RPC.computerGet, { id: answer.computerId })).toMatchObject({
      name: 'pc-7',
      os: 'linux',
      arch: 'amd64',
      online: false,
      lastSeenAt: null,
      groups: [group.name],
      attributes: { department: 'accounting' },
      revision: 1,
    });
  });

  it('refuses unknown, expired and used-up tokens with the same words', async () => {
    const usedUp = await world.token([], 1);
    await enrol(request(usedUp));
    const expired = await world.token();
    await world.sql.query(`UPDATE enrolment_tokens SET expires_at = now() WHERE uses = 0 AND max_uses = 1000`);
    const answers = await Promise.all(
      [usedUp, expired, `wbe_${'x'.repeat(43)}`].map((secret) => world.door('POST', '/enrol', request(secret))),
    );
    for (const { status, headers } of answers)
      expect([status, headers.get('content-type')]).toEqual([401, expect.stringContaining('application/problem+json')]);
    const words = answers.map(({ body }) => ({ ...(body as object), requestId: '' }));
    expect(words[0]).toMatchObject({ code: 'enrolment.tokenInvalid' });
    expect(words).toEqual([words[0], words[0], words[0]]);
  });

  it('admits exactly ten of a hundred who come at once with a token for ten', async () => {
    const group = await world.group();
    const token = await world.rpc.call(FLEET_RPC.enrolmentTokenCreate, { groups: [group.name], maxUses: 10 });
    const answers = await Promise.all(Array.from({ length: 100 }, () => enrol(request(token.secret))));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
    expect(answers.filter(({ code }) => code === 'enrolment.tokenInvalid')).toHaveLength(90);
    expect(await uses(token.id)).toBe(10);
    expect((await world.rpc.call(FLEET_RPC.groupGet, { name: group.name })).members).toBe(10);
  });

  it('answers the same key with the same id and takes no use for it, even of a used-up token', async () => {
    const token = await world.rpc.call(FLEET_RPC.enrolmentTokenCreate, { maxUses: 1 });
    const body = request(token.secret);
    const first = await enrol(body);
    expect(await enrol(body)).toEqual(first);
    const other = await world.rpc.call(FLEET_RPC.enrolmentTokenCreate, { maxUses: 1 });
    expect(await enrol({ ...body, token: other.secret })).toEqual(first);
    expect([await uses(token.id), await uses(other.id)]).toEqual([1, 0]);
    expect(await enrol({ ...body, token: `wbe_${randomUUID()}` })).toMatchObject({
      status: 401,
      code: 'enrolment.tokenInvalid',
    });
  });

  it('makes one computer of one key that comes many times at once', async () => {
    const token = await world.rpc.call(FLEET_RPC.enrolmentTokenCreate, { maxUses: 20 });
    const body = request(token.secret);
    const answers = await Promise.all(Array.from({ length: 20 }, () => enrol(body)));
    expect(new Set(answers.map(({ computerId }) => computerId)).size).toBe(1);
    expect(await uses(token.id)).toBe(1);
  });

  it.each([
    ['a key that is none', { publicKey: 'A'.repeat(60) }, 'enrolment.keyInvalid', '/publicKey'],
    ['an unknown field', { hostnme: 'pc' }, 'request.invalid', '/hostnme'],
    ['a wrong type', { os: 5 }, 'request.invalid', '/os'],
    ['a host name with a path', { hostname: '../pc' }, 'computer.nameInvalid', '/hostname'],
    ['a host name with control characters', { hostname: 'pc\u0000' }, 'request.invalid', '/hostname'],
    [
      'attributes of a wrong type',
      { attributes: { department: 7 } },
      'computer.attributesInvalid',
      '/attributes/department',
    ],
    ['text that cannot be stored', { distribution: 'deb\u0000' }, 'request.invalid', '/distribution'],
  ])('refuses %s and changes nothing', async (_, change, code, pointer) => {
    const token = await world.rpc.call(FLEET_RPC.enrolmentTokenCreate, { maxUses: 1 });
    const answer = await enrol(request(token.secret, change));
    expect(answer).toMatchObject({
      status: 400,
      code,
      errors: expect.arrayContaining([expect.objectContaining({ pointer })]),
    });
    expect(await uses(token.id)).toBe(0);
  });

  it('refuses what is no JSON, no UTF-8, no object', async () => {
    const bodies = ['{', '[]', 'null', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])];
    for (const body of bodies) {
      const { status, body: problem } = await world.door('POST', '/enrol', body);
      expect({ status, problem }).toMatchObject({ status: 400, problem: { status: 400 } });
      expect(JSON.stringify(problem)).not.toContain('node_modules');
    }
  });
});

describe('guessing an enrolment token', () => {
  it('a thousand times ends at the limit of the address, and takes no use of any token', async () => {
    const group = await world.group();
    const { id } = await world.rpc.call(FLEET_RPC.enrolmentTokenCreate, { groups: [group.name], maxUses: 5 });
    const statuses: number[] = [];
    let answer: Awaited<ReturnType<typeof world.door>> | undefined;
    for (let i = 0; i < 1_000; i++) {
      answer = await world.door('POST', '/enrol', request(`wbe_${randomBytes(24).toString('base64url')}`));
      statuses.push(answer.status);
    }
    const listenedTo = statuses.filter((status) => status === 401).length;
    expect(listenedTo).toBeGreaterThan(0);
    // at most the limit of each of the minutes that this may take on a busy machine
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(500);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    expect(Number(answer!.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answer!.body).toMatchObject({ code: 'request.tooManyFailures' });
    expect(await uses(id)).toBe(0);
  });
});
