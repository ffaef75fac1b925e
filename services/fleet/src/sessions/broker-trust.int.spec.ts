import { groupStream, inboxShard, inboxStream } from '@waybill/contracts';
import { FleetWorld } from '../specs/fleet-world.fixtures.spec.js';

let world: FleetWorld;

beforeAll(async () => {
  world = await FleetWorld.start();
});
afterAll(() => world.stop());

describe('GET /session', () => {
  it('tells where the broker is, what to read since when, and whom to believe', async () => {
    const group = await world.group();
    const agent = await world.agent([group.name]);
    const session = await agent.session();
    expect(session).toMatchObject({
      computerId: agent.id,
      broker: { url: world.config.agentBrokerUrl, vhost: world.vhosts.agents },
      subscriptions: [
        {
          kind: 'group',
          groupId: group.id,
          stream: groupStream(group.id, 1),
          generation: 1,
          memberSince: expect.any(String),
        },
        { kind: 'inbox', stream: inboxStream(inboxShard(agent.id)), generation: 1, memberSince: expect.any(String) },
      ],
      keySets: world.keys.chain,
    });
    expect(Math.abs(Date.parse(session.time) - Date.now())).toBeLessThan(5_000);
  });
});

describe('an access token at the broker', () => {
  it("opens the streams of its computer's groups and its inbox, and its own reports", async () => {
    const group = await world.group();
    const agent = await world.agent([group.name]);
    const connection = await agent.connect();
    for (const { stream } of (await agent.session()).subscriptions)
      await expect(connection.read(stream)).resolves.toEqual([]);
    await expect(connection.report()).resolves.toBeUndefined();
    await connection.close();
  });

  it('opens nothing else', async () => {
    const [own, foreign] = [await world.group(), await world.group()];
    const agent = await world.agent([own.name]);
    const other = await world.agent([foreign.name]);
    const shard = (inboxShard(agent.id) + 1) % 64;
    const connection = await agent.connect();
    const refused = expect.objectContaining({ code: 403 });
    await expect(connection.read(groupStream(foreign.id, 1))).rejects.toEqual(refused);
    await expect(connection.read(inboxStream(shard))).rejects.toEqual(refused);
    await expect(connection.report(other.id)).rejects.toEqual(refused);
    await expect((await connection.channel()).assertQueue(groupStream(own.id, 2))).rejects.toEqual(refused);
    await expect((await connection.channel()).deleteQueue(groupStream(own.id, 1))).rejects.toEqual(refused);
    await connection.close();
  });

  it('is refused when it is expired or somebody else signed it', async () => {
    const agent = await world.agent();
    const token = await agent.accessToken();
    await expect(agent.connect(token.slice(0, -4) + 'AAAA')).rejects.toThrow(/ACCESS_REFUSED|403/);
    await expect(agent.connect('nothing')).rejects.toThrow(/ACCESS_REFUSED|403/);
  });
});
