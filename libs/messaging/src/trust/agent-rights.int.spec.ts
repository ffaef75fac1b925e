import { randomUUID } from 'node:crypto';
import * as amqp from 'amqplib';
import type { ChannelModel, ConfirmChannel, Options } from 'amqplib';
import {
  computerUser,
  EXCHANGES,
  groupStream,
  inboxShard,
  inboxStream,
  REPORT_QUEUES,
  reportKey,
} from '@waybill/contracts';
import { agentToken } from '../specs/agent-token.spec.js';
import { eventually, TestBroker } from '../specs/test-broker.spec.js';
import { groupStreamArguments } from '../topology/stream-arguments.js';

/** What a computer's token lets it do on the broker, and what it does not, tried on the broker itself. */
describe('trust: rights of a computer', () => {
  let broker: TestBroker;
  let vhost: string;
  const me = randomUUID();
  const other = randomUUID();
  const myGroup = randomUUID();
  const otherGroup = randomUUID();
  const myStream = groupStream(myGroup, 1);
  const otherStream = groupStream(otherGroup, 1);
  const otherShard = (inboxShard(me) + 1) % 64;

  beforeAll(async () => {
    broker = await TestBroker.start({ shards: [inboxShard(me), otherShard] });
    vhost = broker.vhost('agents');
    const channel = await (await broker.model('agents')).createChannel();
    for (const stream of [myStream, otherStream]) {
      await channel.assertQueue(stream, { durable: true, arguments: groupStreamArguments() });
      await channel.bindQueue(stream, EXCHANGES.commands, stream);
    }
  });
  afterAll(() => broker.stop());

  async function connect(password: string, user: string = computerUser(me)): Promise<ChannelModel> {
    const { hostname, port } = new URL(broker.url);
    const model = await amqp.connect(
      { hostname, port: Number(port), username: user, password, vhost: encodeURIComponent(vhost) },
      { noDelay: true },
    );
    model.on('error', () => undefined);
    broker.atEnd(() => model.close().catch(() => undefined));
    return model;
  }

  async function agent(): Promise<ConfirmChannel> {
    const model = await connect(await agentToken(vhost, me, [myGroup]));
    const channel = await model.createConfirmChannel();
    channel.on('error', () => undefined);
    return channel;
  }

  /** Resolves with the error code that the broker closed the channel with, or null after a confirm. */
  async function publishOutcome(
    channel: ConfirmChannel,
    exchange: string,
    routingKey: string,
    options: Options.Publish = {},
  ): Promise<number | null> {
    const refused = new Promise<number>((resolve) =>
      channel.on('error', (error: { code: number }) => resolve(error.code)),
    );
    const confirmed = new Promise<null>((resolve) => {
      channel.publish(exchange, routingKey, Buffer.from('{}'), { userId: computerUser(me), ...options }, (error) => {
        if (!error) resolve(null);
      });
    });
    return Promise.race([refused, confirmed]);
  }

  async function depth(queue: string): Promise<number> {
    return (await (await (await broker.model('agents')).createChannel()).checkQueue(queue)).messageCount;
  }

  it('may read its group streams and its inbox shard', async () => {
    const channel = await agent();
    await channel.prefetch(10);
    for (const stream of [myStream, inboxStream(inboxShard(me))]) {
      await expect(
        channel.consume(stream, () => undefined, { arguments: { 'x-stream-offset': 'first' } }),
      ).resolves.toHaveProperty('consumerTag');
    }
  });

  it('may publish its own status and progress, and the broker vouches for the user', async () => {
    const channel = await agent();
    expect(await publishOutcome(channel, EXCHANGES.reports, reportKey(me, 'status'))).toBeNull();
    expect(await publishOutcome(channel, EXCHANGES.reports, reportKey(me, 'progress'))).toBeNull();
    const reader = await (await broker.model('agents')).createChannel();
    const message = await eventually(async () => {
      const next = await reader.get(REPORT_QUEUES.status, { noAck: true });
      if (next === false) throw new Error('nothing yet');
      return next;
    });
    expect(message.properties.userId).toBe(computerUser(me));
    expect(message.fields.routingKey).toBe(reportKey(me, 'status'));
  });

  it.each([
    ["another group's stream", () => otherStream],
    ['a later generation it has no group for', () => groupStream(randomUUID(), 2)],
    ["another computer's inbox shard", () => inboxStream(otherShard)],
    ['the reports of everybody', () => REPORT_QUEUES.status],
  ])('may not read %s', async (_what, queue) => {
    const channel = await agent();
    await channel.prefetch(10);
    await expect(channel.consume(queue(), () => undefined)).rejects.toMatchObject({ code: 403 });
  });

  it("may not publish under another computer's routing key", async () => {
    const before = await depth(REPORT_QUEUES.status);
    expect(await publishOutcome(await agent(), EXCHANGES.reports, reportKey(other, 'status'))).toBe(403);
    expect(await depth(REPORT_QUEUES.status)).toBe(before);
  });

  it('may not claim to be another user', async () => {
    expect(
      await publishOutcome(await agent(), EXCHANGES.reports, reportKey(me, 'status'), { userId: computerUser(other) }),
    ).toBe(406);
  });

  it.each(['CC', 'BCC'] as const)("may not reach another computer's key by a %s header", async (header) => {
    const before = await depth(REPORT_QUEUES.status);
    const options = { [header]: [reportKey(other, 'status')] };
    expect(await publishOutcome(await agent(), EXCHANGES.reports, `${computerUser(me)}.none.v1`, options)).toBe(403);
    expect(await depth(REPORT_QUEUES.status)).toBe(before);
  });

  it.each([
    ['the command exchange', () => [EXCHANGES.commands, myStream]],
    ['the default exchange', () => ['', REPORT_QUEUES.status]],
    ['the dead-letter exchange', () => [EXCHANGES.dead, REPORT_QUEUES.status]],
  ])('may not publish to %s', async (_what, target) => {
    const [exchange, routingKey] = target() as [string, string];
    expect(await publishOutcome(await agent(), exchange, routingKey)).toBe(403);
  });

  it.each<[string, (channel: ConfirmChannel) => Promise<unknown>]>([
    [
      'declare a queue',
      (channel) => channel.assertQueue('mine', { durable: true, arguments: { 'x-queue-type': 'classic' } }),
    ],
    [
      'declare a server-named queue',
      (channel) => channel.assertQueue('', { exclusive: true, arguments: { 'x-queue-type': 'classic' } }),
    ],
    [
      'declare its own stream anew',
      (channel) => channel.assertQueue(myStream, { durable: true, arguments: groupStreamArguments() }),
    ],
    ['look at a foreign queue (passive declare)', (channel) => channel.checkQueue(REPORT_QUEUES.status)],
    ['delete its stream', (channel) => channel.deleteQueue(myStream)],
    ['delete a foreign stream', (channel) => channel.deleteQueue(otherStream)],
    ['declare an exchange', (channel) => channel.assertExchange('mine', 'topic')],
    ['delete an exchange', (channel) => channel.deleteExchange(EXCHANGES.commands)],
    ['bind its stream', (channel) => channel.bindQueue(myStream, EXCHANGES.reports, '#')],
    ['unbind its stream', (channel) => channel.unbindQueue(myStream, EXCHANGES.commands, myStream)],
    ['purge the reports', (channel) => channel.purgeQueue(REPORT_QUEUES.status)],
    ['get from the reports', (channel) => channel.get(REPORT_QUEUES.status)],
  ])('may not %s', async (_what, action) => {
    await expect(action(await agent())).rejects.toMatchObject({ code: 403 });
  });

  it('may not enter the virtual host of the services', async () => {
    const { hostname, port } = new URL(broker.url);
    const password = await agentToken(vhost, me, [myGroup]);
    const services = encodeURIComponent(broker.vhost('services'));
    await expect(
      amqp.connect({ hostname, port: Number(port), username: computerUser(me), password, vhost: services }),
    ).rejects.toThrow(/ConnectionClose/);
  });

  it('an expired token, an unsigned one and one by a foreign key do not open the door', async () => {
    await expect(connect(await agentToken(vhost, me, [myGroup], -10))).rejects.toThrow(/ACCESS_REFUSED|403/);
    await expect(connect('eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.')).rejects.toThrow(/ACCESS_REFUSED|403/);
    const { generateKeyPair, SignJWT } = await import('jose');
    const { privateKey } = await generateKeyPair('EdDSA');
    const forged = await new SignJWT({ scope: `waybill.read:${vhost}/*` })
      .setProtectedHeader({ alg: 'EdDSA', kid: 'waybill-token-1' })
      .setSubject(computerUser(me))
      .setAudience('waybill')
      .setExpirationTime('1h')
      .sign(privateKey);
    await expect(connect(forged)).rejects.toThrow(/ACCESS_REFUSED|403/);
  });

  it("shown under another computer's name, its token still makes it itself", async () => {
    const channel = await (
      await connect(await agentToken(vhost, me, [myGroup]), computerUser(other))
    ).createConfirmChannel();
    channel.on('error', () => undefined);
    expect(
      await publishOutcome(channel, EXCHANGES.reports, reportKey(other, 'status'), { userId: computerUser(other) }),
    ).not.toBeNull();
  });

  it('a token that expires meanwhile ends the connection by force', async () => {
    const model = await connect(await agentToken(vhost, me, [myGroup], 6));
    const closed = await new Promise<Error | undefined>((resolve) => model.on('close', resolve));
    expect(closed?.message).toContain('credential expired');
  });

  it('a renewed token keeps the connection, with the rights of the new one', async () => {
    const until = Date.now() + 7_500;
    const model = await connect(await agentToken(vhost, me, [], 6));
    const closed: unknown[] = [];
    model.on('close', (error) => closed.push(error));
    await model.updateSecret(Buffer.from(await agentToken(vhost, me, [myGroup])), 'renewed');
    // past the expiry of the first one
    await eventually(() => expect(Date.now()).toBeGreaterThan(until));
    expect(closed).toEqual([]);
    const channel = await model.createChannel();
    await channel.prefetch(1);
    await expect(channel.consume(myStream, () => undefined)).resolves.toHaveProperty('consumerTag');
  });
});
