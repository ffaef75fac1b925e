import { COMMAND_JWS_TYPE, FLEET_RPC, groupStream, inboxShard, inboxStream } from '@waybill/contracts';
import { eventually } from '@waybill/testing';
import type { ConsumeMessage } from 'amqplib';
import { compactVerify, importSPKI } from 'jose';
import { FleetWorld } from '../specs/fleet-world.fixtures.spec.js';
import type { TestAgent } from '../specs/test-agent.fixtures.spec.js';

let world: FleetWorld;

beforeAll(async () => {
  world = await FleetWorld.start();
});
afterAll(() => world.stop());

const WITHIN = { timeoutMs: 5_000 };
/** half a second of work, on a machine that runs other specs too */
const PATIENT = { timeoutMs: 20_000 };
const online = (agent: TestAgent) =>
  eventually(async () => {
    const { online: is } = await world.rpc.call(FLEET_RPC.computerGet, { id: agent.id });
    if (!is) throw new Error('not online');
  });
const noticeFor = (agent: TestAgent, messages: ConsumeMessage[]) =>
  eventually(() => {
    const found = messages.find(({ properties }) => properties.headers?.['x-stream-filter-value'] === agent.id);
    if (!found) throw new Error('no notice');
    return found;
  }, WITHIN);

describe('a computer that joins a group', () => {
  it('is told within five seconds, by a notice it can trust, and may read the stream with its next token', async () => {
    const group = await world.group();
    const agent = await world.agent();
    const connection = await agent.connect();
    const inbox = await connection.read(inboxStream(inboxShard(agent.id)));
    await expect(connection.read(groupStream(group.id, 1))).rejects.toMatchObject({ code: 403 });
    await world.rpc.call(FLEET_RPC.groupMembersAdd, { name: group.name, computers: [agent.id] });
    const notice = await noticeFor(agent, inbox);
    const sessionKey = world.keys.current.keys.find(({ use }) => use === 'session')!;
    const pem = `-----BEGIN PUBLIC KEY-----\n${Buffer.from(sessionKey.publicKey, 'base64url').toString('base64')}\n-----END PUBLIC KEY-----`;
    const { payload, protectedHeader } = await compactVerify(notice.content, await importSPKI(pem, 'EdDSA'));
    expect(protectedHeader).toEqual({ alg: 'EdDSA', typ: COMMAND_JWS_TYPE, kid: sessionKey.kid });
    expect(JSON.parse(Buffer.from(payload).toString())).toMatchObject({
      kind: 'session.refresh',
      computerId: agent.id,
      seq: 0,
      id: notice.properties.messageId,
    });
    await connection.model.updateSecret(Buffer.from(await agent.accessToken()), 'groups changed');
    await expect(connection.read(groupStream(group.id, 1))).resolves.toEqual([]);
    await connection.close();
  });
});

describe('a computer that leaves a group', () => {
  it('keeps its connection when it fetches a new token, which no longer opens the stream', async () => {
    const group = await world.group();
    const agent = await world.agent([group.name]);
    const connection = await agent.connect();
    await online(agent);
    const inbox = await connection.read(inboxStream(inboxShard(agent.id)));
    await world.rpc.call(FLEET_RPC.groupMembersRemove, { name: group.name, computers: [agent.id] });
    await noticeFor(agent, inbox);
    await connection.model.updateSecret(Buffer.from(await agent.accessToken()), 'groups changed');
    await expect(connection.read(groupStream(group.id, 1))).rejects.toMatchObject({ code: 403 });
    await eventually(
      async () => (await world.sql.query('SELECT 1 FROM revocations WHERE computer_id = $1', [agent.id])).length === 0,
    );
    expect(connection.closed).toBe(false);
    await connection.close();
  });

  it('loses its connection within five seconds when it goes on with the old token', async () => {
    const group = await world.group();
    const agent = await world.agent([group.name]);
    const connection = await agent.connect();
    await online(agent);
    const commands = await connection.read(groupStream(group.id, 1));
    await world.rpc.call(FLEET_RPC.groupMembersRemove, { name: group.name, computers: [agent.id] });
    await eventually(() => connection.closed, WITHIN);
    expect(commands).toEqual([]);
  });
});

describe('a computer that is removed', () => {
  it('loses its connection, and again when it comes back with a token that has not expired', async () => {
    const agent = await world.agent();
    const token = await agent.accessToken();
    const connection = await agent.connect(token);
    await online(agent);
    await world.rpc.call(FLEET_RPC.computerRemove, { id: agent.id });
    await eventually(() => connection.closed, WITHIN);
    const again = await agent.connect(token);
    await eventually(() => again.closed, WITHIN);
  });
});

describe('a change of thousands of members', () => {
  it('is one request, and every one of them gets a notice', async () => {
    const group = await world.group();
    const rows = await world.sql.query<{ id: string }[]>(
      `INSERT INTO computers (id, public_key, enrolled_with, name, hostname)
       SELECT id, id::text, id, 'pc', 'pc' FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, 5000)) made RETURNING id`,
    );
    const computers = rows.map(({ id }) => id);
    const change = { name: group.name, computers };
    expect(await world.rpc.call(FLEET_RPC.groupMembersAdd, change, PATIENT)).toEqual({ changed: 5000, members: 5000 });
    expect(await world.rpc.call(FLEET_RPC.groupMembersRemove, change, PATIENT)).toEqual({ changed: 5000, members: 0 });
    const waiting = () => world.sql.query<{ n: number }[]>('SELECT count(*)::int AS n FROM outbox');
    await eventually(async () => expect(await waiting()).toEqual([{ n: 0 }]), PATIENT);
    // nobody of them is connected, so there is nothing to close
    await eventually(async () => expect(await world.sql.query('SELECT 1 FROM revocations')).toEqual([]), {
      timeoutMs: 20_000,
    });
  }, 60_000);
});
