import { FLEET_RPC, type TokenResponse } from '@waybill/contracts';
import { decodeJwt, SignJWT, UnsecuredJWT } from 'jose';
import { FleetWorld, type Problem } from '../specs/fleet-world.fixtures.spec.js';
import type { TestAgent } from '../specs/test-agent.fixtures.spec.js';
import { UsedAssertionsRepository } from './used-assertions.repository.js';

let world: FleetWorld;

beforeAll(async () => {
  world = await FleetWorld.start();
});
afterAll(() => world.stop());

const outcome = async (agent: TestAgent, assertion: string) => {
  const { status, body } = await agent.exchange(assertion);
  return [status, (body as Problem).code];
};

describe('POST /token', () => {
  it('answers an access token of an hour with the scopes of the groups', async () => {
    const group = await world.group();
    const agent = await world.agent([group.name]);
    const { status, body, headers } = await agent.exchange(await agent.assertion());
    const answer = body as TokenResponse;
    const vhost = world.vhosts.agents;
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(answer).toMatchObject({ token_type: 'Bearer', expires_in: 3600 });
    expect(answer.scope.split(' ')).toEqual([
      `waybill.read:${vhost}/cmd.g.${group.id}.*`,
      expect.stringContaining(`waybill.read:${vhost}/cmd.i.`),
      `waybill.write:${vhost}/waybill.reports/${agent.user}.*`,
    ]);
    expect(decodeJwt(answer.access_token)).toMatchObject({ sub: agent.user, aud: 'waybill', scope: answer.scope });
  });

  it('takes a form as well, as RFC 6749 has it', async () => {
    const agent = await world.agent();
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await agent.assertion(),
    });
    const { status } = await world.door('POST', '/token', form.toString(), {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(status).toBe(200);
  });

  it('refuses an assertion that was used before, on another process too', async () => {
    const agent = await world.agent();
    const assertion = await agent.assertion();
    const answers = await Promise.all(Array.from({ length: 5 }, () => outcome(agent, assertion)));
    expect(answers.filter(([status]) => status === 200)).toHaveLength(1);
    expect(answers.filter(([, code]) => code === 'token.assertionReplayed')).toHaveLength(4);
    await world.restart();
    expect(await outcome(agent, assertion)).toEqual([401, 'token.assertionReplayed']);
  });

  it('forgets used assertions only when they would be refused anyway', async () => {
    const agent = await world.agent();
    await agent.accessToken();
    const used = world.get(UsedAssertionsRepository);
    await used.sweep(world.sql);
    const left = 'SELECT count(*)::int AS n FROM used_assertions WHERE computer_id = $1';
    expect((await world.sql.query(left, [agent.id]))[0].n).toBe(1);
    await world.sql.query(`UPDATE used_assertions SET gone_at = now() - interval '2 minutes' WHERE computer_id = $1`, [
      agent.id,
    ]);
    await used.sweep(world.sql);
    expect((await world.sql.query(left, [agent.id]))[0].n).toBe(0);
  });

  it('refuses every forged assertion', async () => {
    const agent = await world.agent();
    const other = await world.agent();
    const seconds = Math.floor(Date.now() / 1000);
    const claims = { iss: agent.user, sub: agent.user, aud: 'waybill-fleet', jti: 'forged', exp: seconds + 60 };
    const publicKey = Buffer.from(agent.keys.spki, 'base64url');
    const forged = {
      none: new UnsecuredJWT(claims).encode(),
      hmacWithPublicKey: await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(publicKey),
      wrongAudience: await agent.assertion({ aud: 'waybill' }),
      tooLong: await agent.assertion({ exp: seconds + 3600 }),
      foreignKey: await agent.assertion({}, other.keys.privateKey),
      noJwt: 'x.y.z',
      foreignName: await other.assertion({ iss: agent.user, sub: agent.user }),
    };
    for (const assertion of Object.values(forged))
      expect(await outcome(agent, assertion)).toEqual([401, 'token.assertionInvalid']);
    expect(await outcome(agent, await agent.assertion({ exp: seconds - 60 }))).toEqual([401, 'token.assertionExpired']);
    expect(await outcome(agent, await agent.assertion())).toEqual([200, undefined]);
  });

  it('knows a removed computer no more', async () => {
    const agent = await world.agent();
    const token = await agent.accessToken();
    await world.rpc.call(FLEET_RPC.computerRemove, { id: agent.id });
    expect(await outcome(agent, await agent.assertion())).toEqual([401, 'token.computerUnknown']);
    const { status, body } = await world.door('GET', '/session', undefined, { authorization: `Bearer ${token}` });
    expect([status, (body as Problem).code]).toEqual([401, 'token.computerUnknown']);
  });

  it.each([
    ['another grant', { grant_type: 'password' }, '/grant_type'],
    ['another kind of assertion', { client_assertion_type: 'x' }, '/client_assertion_type'],
    ['an unknown field', { scope: 'waybill.tag:administrator' }, '/scope'],
  ])('refuses %s', async (_, change, pointer) => {
    const agent = await world.agent();
    const request = {
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await agent.assertion(),
    };
    const { status, body } = await world.door('POST', '/token', { ...request, ...change });
    expect([status, (body as Problem).errors?.[0]?.pointer]).toEqual([400, pointer]);
  });
});

describe('the bearer of the door', () => {
  it.each([
    ['no token', {}],
    ['no bearer', { authorization: 'Basic eDp5' }],
    ['no token of ours', { authorization: 'Bearer x.y.z' }],
  ])('is refused with %s', async (_, headers) => {
    for (const [method, path] of [
      ['GET', '/session'],
      ['GET', '/desired-state'],
      ['PUT', '/inventory'],
      ['POST', `/downloads/${'a'.repeat(64)}`],
    ] as const) {
      const { status, body, headers: answered } = await world.door(method, path, undefined, headers);
      expect([status, (body as Problem).code, answered.get('www-authenticate')]).toEqual([
        401,
        'token.invalid',
        'Bearer',
      ]);
    }
  });
});
