import { randomUUID } from 'node:crypto';
import { Controller } from '@nestjs/common';
import {
  ComputerRef,
  ComputerRemoved,
  EVENTS,
  EXCHANGES,
  FLEET_RPC,
  groupStream,
  inboxStream,
  invalid,
  JobStatusChanged,
  REPLY_QUEUE_PREFIX,
  REPORT_QUEUES,
  reportKey,
  type ServiceName,
} from '@waybill/contracts';
import type { Channel } from 'amqplib';
import { computerRemoved, jobStatusChanged } from '../specs/events.spec.js';
import { eventually, TestBroker } from '../specs/test-broker.spec.js';
import { startService } from '../specs/test-service.spec.js';
import { BrokerConnection } from '../client/broker-connection.js';
import { Publisher } from '../client/publisher.js';
import { gatewayClient } from '../specs/test-actor.spec.js';
import { BatchHandler, EventHandler, RpcHandler } from '../server/decorators.js';
import type { VhostRole } from '../server/handler-extras.js';
import { BROKER_ACCOUNTS } from './broker-accounts.js';
import { groupStreamArguments } from './stream-arguments.js';
import { TOPOLOGY } from './topology.js';

const removed: string[] = [];
const live: string[] = [];

@Controller()
class FleetController {
  @RpcHandler(FLEET_RPC.computerGet, ComputerRef)
  get({ id }: ComputerRef): object {
    return { id };
  }
}

@Controller()
class ResultController {
  @EventHandler({ event: EVENTS.computerRemoved, queue: 'result.computers', type: ComputerRemoved })
  removed({ computerId }: ComputerRemoved): void {
    removed.push(computerId);
  }

  @BatchHandler({ vhost: 'agents', queue: REPORT_QUEUES.status })
  ingest(): void {
    throw invalid('report.invalid', 'Not a report.');
  }
}

@Controller()
class GatewayController {
  @EventHandler({ event: EVENTS.jobStatusChanged, queue: 'gateway.live', type: JobStatusChanged, perInstance: true })
  changed({ jobId }: JobStatusChanged): void {
    live.push(jobId);
  }
}

describe('broker accounts: each service can do its work and nothing else', () => {
  let broker: TestBroker;
  const urls = {} as Record<ServiceName, string>;

  beforeAll(async () => {
    broker = await TestBroker.start({ shards: [1, 3] });
    for (const service of ['gateway', 'package', 'fleet', 'job-scheduler', 'result'] as const)
      urls[service] = await broker.account(service);
    const services = [
      await startService(broker, [FleetController], { service: 'fleet', brokerUrl: urls.fleet }),
      await startService(broker, [ResultController], { service: 'result', brokerUrl: urls.result }),
      await startService(broker, [GatewayController], {
        service: 'gateway',
        brokerUrl: urls.gateway,
        vhosts: ['services'],
      }),
    ];
    await eventually(() => expect(services.flatMap(({ server }) => server.troubles())).toEqual([]));
  });
  afterAll(() => broker.stop());

  function as(service: ServiceName, role: VhostRole): BrokerConnection {
    const connection = new BrokerConnection({ url: urls[service], vhost: broker.vhost(role), name: `${service}-spec` });
    broker.atEnd(() => connection.close());
    return connection.start();
  }

  async function channel(service: ServiceName, role: VhostRole): Promise<Channel> {
    const opened = await (await as(service, role).ready(30_000)).createChannel();
    opened.on('error', () => undefined);
    return opened;
  }

  const publisher = (service: ServiceName, role: VhostRole) => {
    const connection = as(service, role);
    return new Publisher({ connection, userId: connection.user });
  };
  /** A message without the account that other specs give it: the publisher's own is what counts here. */
  const own = <T extends object>(message: T) => ({ ...message, userId: undefined });

  it('the gateway asks, fleet answers', async () => {
    const client = gatewayClient(as('gateway', 'services'));
    const id = randomUUID();
    await expect(client.call(FLEET_RPC.computerGet, { id }, { timeoutMs: 30_000 })).resolves.toEqual({ id });
  });

  it('fleet tells of a removed computer, result hears it', async () => {
    const message = computerRemoved();
    await publisher('fleet', 'services').publish(own(message));
    await eventually(() => expect(removed).toContain(message.body.computerId));
  });

  it('job-scheduler tells of a job, the live queue of the gateway gets it', async () => {
    const message = jobStatusChanged();
    await publisher('job-scheduler', 'services').publish(own(message));
    await eventually(() => expect(live).toContain(message.body.jobId));
  });

  it('fleet makes a group stream, job-scheduler commands on it and on an inbox shard', async () => {
    const stream = groupStream(randomUUID(), 1);
    const fleet = await channel('fleet', 'agents');
    await fleet.assertQueue(stream, { durable: true, arguments: groupStreamArguments() });
    await fleet.bindQueue(stream, EXCHANGES.commands, stream);
    const scheduler = publisher('job-scheduler', 'agents');
    for (const routingKey of [stream, inboxStream(3)]) {
      await scheduler.publish({
        exchange: EXCHANGES.commands,
        routingKey,
        type: 'command.v1',
        messageId: randomUUID(),
        body: 'jws',
      });
    }
    await fleet.deleteQueue(stream);
  });

  it('result buries a bad report', async () => {
    const routingKey = reportKey(randomUUID(), 'status');
    await broker
      .publisher('agents')
      .publish({ exchange: EXCHANGES.reports, routingKey, type: 'x', messageId: randomUUID(), body: {} });
    const admin = await (await broker.model('agents')).createChannel();
    await eventually(async () =>
      expect(await admin.checkQueue(`${REPORT_QUEUES.status}.dead`)).toMatchObject({ messageCount: 1 }),
    );
  });

  it('result may ask how many dead letters it has', async () => {
    const opened = await channel('result', 'services');
    await expect(opened.checkQueue('result.jobs.dead')).resolves.toMatchObject({ messageCount: 0 });
  });

  it.each<[string, ServiceName, VhostRole, (opened: Channel) => Promise<unknown>]>([
    [
      'the gateway reads no events of others',
      'gateway',
      'services',
      (opened) => opened.consume('result.jobs', () => undefined),
    ],
    [
      'the gateway declares no lasting queue',
      'gateway',
      'services',
      (opened) => opened.assertQueue('gateway.other', { arguments: { 'x-queue-type': 'quorum' } }),
    ],
    [
      'job-scheduler reads no reports',
      'job-scheduler',
      'agents',
      (opened) => opened.consume(REPORT_QUEUES.status, () => undefined),
    ],
    [
      'job-scheduler declares no stream',
      'job-scheduler',
      'agents',
      (opened) => opened.assertQueue(groupStream(randomUUID(), 1), { arguments: groupStreamArguments() }),
    ],
    ['fleet deletes no inbox shard', 'fleet', 'agents', (opened) => opened.deleteQueue(inboxStream(1))],
    [
      'fleet takes no requests of package',
      'fleet',
      'services',
      (opened) => opened.consume('rpc.package', () => undefined),
    ],
    ['result takes no dead letter', 'result', 'agents', (opened) => opened.get(`${REPORT_QUEUES.status}.dead`)],
    [
      'result throws no dead letter away',
      'result',
      'agents',
      (opened) => opened.purgeQueue(`${REPORT_QUEUES.status}.dead`),
    ],
    [
      'result binds nothing to its dead letters',
      'result',
      'services',
      (opened) => opened.bindQueue('result.jobs.dead', EXCHANGES.dead, 'job-scheduler.groups'),
    ],
    [
      'result asks for no dead letters of others',
      'result',
      'services',
      (opened) => opened.checkQueue('job-scheduler.groups.dead'),
    ],
    ['result reads no commands', 'result', 'agents', (opened) => opened.consume(inboxStream(1), () => undefined)],
  ])('%s', async (_rule, service, role, action) => {
    await expect(action(await channel(service, role))).rejects.toMatchObject({ code: 403 });
  });

  it.each<[string, ServiceName]>([
    ['a job cannot be declared running by result', 'result'],
    ['nor by package', 'package'],
    ['nor by the gateway', 'gateway'],
  ])('%s', async (_rule, service) => {
    const opened = await (await as(service, 'services').ready(30_000)).createConfirmChannel();
    const refused = new Promise<{ code: number }>((resolve) => opened.on('error', resolve));
    opened.publish(EXCHANGES.events, EVENTS.jobStatusChanged, Buffer.from('{}'));
    expect(await refused).toMatchObject({ code: 403 });
  });

  const queues = TOPOLOGY.flatMap(({ vhost, queues: declared }) =>
    declared.map(({ name }) => [vhost, name] as const).filter(([, name]) => !/^cmd\.i\.(?!1$|3$)/.test(name)),
  );

  it.each(queues)('%s: nobody reaches %s by the default exchange', async (role, queue) => {
    for (const { service, rights } of BROKER_ACCOUNTS.filter((account) => account.rights[role])) {
      const opened = await (await as(service, role).ready(30_000)).createConfirmChannel();
      const refused = new Promise<{ code: number }>((resolve) => opened.on('error', resolve));
      opened.publish('', queue, Buffer.from('{}'));
      expect([service, await refused]).toEqual([service, expect.objectContaining({ code: 403 })]);
      expect(new RegExp(rights[role]!.write ?? '^$').test('amq.default')).toBe(false);
    }
  });

  it('nobody reads or diverts the answers to another’s requests', async () => {
    const queue = `${REPLY_QUEUE_PREFIX}${randomUUID()}`;
    const asking = await channel('gateway', 'services');
    await asking.assertQueue(queue, { exclusive: true, arguments: { 'x-queue-type': 'classic' } });
    await asking.bindQueue(queue, EXCHANGES.replies, queue);
    for (const attempt of [
      (opened: Channel) => opened.consume(queue, () => undefined),
      (opened: Channel) => opened.bindQueue(queue, EXCHANGES.replies, 'other'),
      (opened: Channel) => opened.deleteQueue(queue),
    ])
      await expect(attempt(await channel('result', 'services'))).rejects.toMatchObject({ code: 405 });
  });

  it('result neither commands computers nor reports for them', async () => {
    for (const [exchange, key] of [
      [EXCHANGES.commands, inboxStream(1)],
      [EXCHANGES.reports, reportKey(randomUUID(), 'status')],
    ] as const) {
      const opened = await (await as('result', 'agents').ready(30_000)).createConfirmChannel();
      const refused = new Promise<{ code: number }>((resolve) => opened.on('error', resolve));
      opened.publish(exchange, key, Buffer.from('{}'));
      expect(await refused).toMatchObject({ code: 403 });
    }
  });

  it('package has nothing to do where the agents are', async () => {
    await expect(as('package', 'agents').ready(1_000)).rejects.toThrow(/no connection/);
  });
});
