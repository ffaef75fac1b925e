import { randomUUID } from 'node:crypto';
import {
  type Command,
  type DesiredStateResponse,
  type ExecuteCommand,
  COMMAND_JWS_TYPE,
  EXCHANGES,
  groupStream,
  inboxShard,
  inboxStream,
  isFinal,
  REPORT_QUEUES,
  SEQ_HEADER,
  type StatusReport,
  type Subscription,
} from '@waybill/contracts/agent';
import { testVhosts, type TestVhosts } from '@waybill/testing';
import * as amqp from 'amqplib';
import { CompactSign } from 'jose';
import { KEYS, onTheWire } from './commands.js';
import { FakeDoor } from './fake-door.js';

const STREAM = { 'x-queue-type': 'stream', 'x-max-age': '1D', 'x-stream-max-segment-size-bytes': 5_000_000 };

/** A broker with the agents' topology, a pretended agent door, and everything that agents report. */
export class AgentWorld {
  readonly reports: { report: StatusReport; userId: string; key: string; messageId: string }[] = [];
  readonly memberSince = new Date(Date.now() - 60_000).toISOString();
  readonly group = randomUUID();
  generation = 1;
  private readonly seqs = new Map<string, number>();
  private readonly sent: ExecuteCommand[] = [];

  private constructor(
    readonly door: FakeDoor,
    private readonly vhosts: TestVhosts,
    private readonly connection: amqp.ChannelModel,
    readonly channel: amqp.ConfirmChannel,
  ) {}

  static async create(): Promise<AgentWorld> {
    const vhosts = await testVhosts();
    const connection = await amqp.connect(`${vhosts.brokerUrl}/${encodeURIComponent(vhosts.agents)}`);
    const channel = await connection.createConfirmChannel();
    const door = new FakeDoor(vhosts.brokerUrl, vhosts.agents);
    await door.start();
    const world = new AgentWorld(door, vhosts, connection, channel);
    await channel.assertExchange(EXCHANGES.commands, 'direct', { durable: true });
    await channel.assertExchange(EXCHANGES.reports, 'topic', { durable: true });
    await channel.assertQueue(REPORT_QUEUES.status, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    await channel.bindQueue(REPORT_QUEUES.status, EXCHANGES.reports, '*.status.v1');
    await world.declareGroup();
    door.subscriptions = (computerId) => [world.groupSubscription(), world.inboxSubscription(computerId)];
    door.desired = (computerId) => ({ commands: [], open: world.openOf(computerId) });
    await channel.consume(REPORT_QUEUES.status, (message) => message && world.take(message));
    return world;
  }

  get stream(): string {
    return groupStream(this.group, this.generation);
  }

  groupSubscription(): Subscription {
    return {
      kind: 'group',
      groupId: this.group,
      stream: this.stream,
      generation: this.generation,
      memberSince: this.memberSince,
    };
  }

  inboxSubscription(computerId: string): Subscription {
    return { kind: 'inbox', stream: inboxStream(inboxShard(computerId)), generation: 1, memberSince: this.memberSince };
  }

  async declareGroup(): Promise<void> {
    this.door.allowGroup(this.group);
    await this.declareStream(this.stream);
    // Every shard that a computer of this world could have: its id is drawn at enrolment.
    await Promise.all(Array.from({ length: 64 }, (_, shard) => this.declareStream(inboxStream(shard))));
  }

  async declareStream(stream: string): Promise<void> {
    await this.channel.assertQueue(stream, { durable: true, arguments: STREAM });
    await this.channel.bindQueue(stream, EXCHANGES.commands, stream);
  }

  /** Publishes to the group's stream, or to the inbox of one computer. */
  async send(
    command: Command,
    to: { stream?: string; computerId?: string; seq?: number; jws?: string } = {},
  ): Promise<void> {
    if (command.kind === 'execute') this.sent.push(command);
    const stream = to.stream ?? (to.computerId ? inboxStream(inboxShard(to.computerId)) : this.stream);
    const seq = to.seq ?? (this.seqs.get(stream) ?? 0) + 1;
    if (seq > 0) this.seqs.set(stream, seq);
    const headers = { [SEQ_HEADER]: seq, ...(to.computerId && { 'x-stream-filter-value': to.computerId }) };
    const body = to.jws ?? (await this.sign({ ...command, seq }));
    this.channel.publish(EXCHANGES.commands, stream, Buffer.from(body), {
      mandatory: true,
      messageId: command.id,
      headers,
    });
    await this.channel.waitForConfirms();
  }

  sign(
    command: Command,
    { kid, privateKey } = command.kind === 'session.refresh' ? KEYS.session : KEYS.command,
  ): Promise<string> {
    return new CompactSign(Buffer.from(JSON.stringify(onTheWire(command))))
      .setProtectedHeader({ alg: 'EdDSA', typ: COMMAND_JWS_TYPE, kid })
      .sign(privateKey);
  }

  /** Reports of a job in the order in which they came. */
  of(jobId: string, computerId?: string): StatusReport[] {
    return this.reports
      .map(({ report }) => report)
      .filter((report) => report.jobId === jobId && (!computerId || report.computerId === computerId));
  }

  /** The one end of an attempt; fails when there are two different ones. */
  final(jobId: string, attempt = 1): StatusReport {
    const finals = this.of(jobId).filter(
      (report) =>
        report.attempt === attempt &&
        ['succeeded', 'failed', 'rejected', 'canceled', 'expired'].includes(report.status),
    );
    if (finals.length === 0)
      throw new Error(`no end of ${jobId} yet; ${JSON.stringify(this.of(jobId).map(({ status }) => status))}`);
    if (finals.some(({ seq, status }) => seq !== finals[0]!.seq || status !== finals[0]!.status))
      throw new Error(`two ends: ${JSON.stringify(finals)}`);
    return finals[0]!;
  }

  /** What was sent and the computer has not ended, as the server knows it. */
  private openOf(computerId: string): DesiredStateResponse['open'] {
    const ended = (jobId: string, attempt: number) =>
      this.of(jobId, computerId).some((report) => report.attempt === attempt && isFinal(report.status));
    return this.sent
      .filter(({ jobId, attempt }) => !ended(jobId, attempt))
      .map(({ jobId, run, attempt }) => ({ jobId, run, attempt }));
  }

  async dispose(): Promise<void> {
    await this.connection.close();
    await this.door.stop();
    await this.vhosts.dispose();
  }

  private take(message: amqp.ConsumeMessage): void {
    const report = JSON.parse(message.content.toString()) as StatusReport;
    this.reports.push({
      report,
      userId: String(message.properties.userId),
      key: message.fields.routingKey,
      messageId: String(message.properties.messageId),
    });
    this.channel.ack(message);
  }
}
