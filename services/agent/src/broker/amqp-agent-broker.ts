import { setTimeout as delay } from 'node:timers/promises';
import { computerUser, EXCHANGES, type ProgressReport, REPORT_TYPES, reportKey } from '@waybill/contracts/agent';
import { type BackOff, BrokerConnection, type BrokerCredentials } from '@waybill/messaging/client';
import type { UnsentReport } from '../journal/journal.records.js';
import type { AgentBroker, AgentBrokerEvents, StreamSubscription } from './agent-broker.js';
import { AgentChannel } from './agent-channel.js';

export interface AmqpAgentBrokerOptions {
  /** `amqp://host:port` */
  url: string;
  vhost: string;
  computerId: string;
  /** asked before every connect: token as password */
  credentials: () => Promise<BrokerCredentials>;
  events: AgentBrokerEvents;
  backOff?: BackOff;
}

/** Seconds; the broker may ask for less. Long, so that an idle agent wakes up rarely. */
const HEARTBEAT = 120;
const DEFAULT_BACK_OFF: BackOff = { baseMs: 500, maxMs: 60_000 };
const REOPEN_MS = 1000;
/** Milliseconds for an orderly end of the connection. */
const CLOSE_MS = 2_000;

/**
 * {@link AgentBroker} over AMQP: one connection with one channel for commands and reports, because every channel costs
 * the broker memory once per computer.
 */
export class AmqpAgentBroker implements AgentBroker {
  private readonly connection: BrokerConnection;
  private readonly user: string;
  private channel: AgentChannel | null = null;
  private wanted: readonly StreamSubscription[] = [];
  /** refused or deleted since the session was read: left out, so that one bad stream does not close the channel of the others again and again */
  private readonly refused = new Set<string>();
  private applying: Promise<void> = Promise.resolve();
  private closed = false;
  /** connection on which a channel is being opened */
  private opening: object | null = null;

  constructor(private readonly options: AmqpAgentBrokerOptions) {
    this.user = computerUser(options.computerId);
    const { url, vhost, credentials, backOff } = options;
    this.connection = new BrokerConnection({
      url,
      vhost,
      credentials,
      name: this.user,
      heartbeatSeconds: HEARTBEAT,
      backOff: backOff ?? DEFAULT_BACK_OFF,
    });
    this.connection.on('connected', () => void this.openChannel());
    this.connection.on('disconnected', (reason) => this.lost(reason));
    this.connection.on('attemptFailed', (reason) => options.events.onDisconnected(reason));
    this.connection.on('fatal', (reason) => options.events.onUnusable(reason));
  }

  get connected(): boolean {
    return this.channel !== null;
  }

  async setStreams(subscriptions: readonly StreamSubscription[]): Promise<void> {
    this.wanted = subscriptions;
    this.refused.clear();
    this.connection.start();
    await this.apply();
  }

  async publishStatus({ id, report }: UnsentReport): Promise<void> {
    if (!this.channel) throw new Error('not connected to the broker');
    const options = {
      messageId: id,
      type: REPORT_TYPES.status,
      userId: this.user,
      contentType: 'application/json',
      persistent: true,
    };
    await this.channel.publish(
      EXCHANGES.reports,
      reportKey(this.options.computerId, 'status'),
      Buffer.from(JSON.stringify(report)),
      options,
    );
  }

  publishProgress(progress: ProgressReport): void {
    const options = { type: REPORT_TYPES.progress, userId: this.user, contentType: 'application/json' };
    this.channel?.send(
      EXCHANGES.reports,
      reportKey(this.options.computerId, 'progress'),
      Buffer.from(JSON.stringify(progress)),
      options,
    );
  }

  async renewToken(accessToken: string, expiresAt: number): Promise<void> {
    await this.connection.updateSecret(accessToken, expiresAt);
  }

  async close(): Promise<void> {
    this.closed = true;
    // A peer that is gone never says good-bye.
    await Promise.race([this.connection.close(), delay(CLOSE_MS, undefined, { ref: false })]);
  }

  sever(): void {
    const { stream } = (this.connection.current?.connection ?? {}) as {
      stream?: { destroy(error: Error): void };
    };
    // Without an error amqplib would not notice before its heartbeat.
    stream?.destroy(new Error('the connection was cut'));
  }

  private async openChannel(): Promise<void> {
    const model = this.connection.current;
    if (!model || this.closed || this.opening === model) return;
    this.opening = model;
    try {
      const channel = await AgentChannel.open(model, {
        onStreamLost: (stream, reason) => {
          this.refused.add(stream);
          this.options.events.onStreamLost(stream, reason);
        },
        onClosed: (reason) => {
          if (this.channel !== channel) return;
          this.lost(reason);
          this.reopenLater();
        },
      });
      this.channel = channel;
      await this.apply();
    } catch {
      this.reopenLater();
    } finally {
      if (this.opening === model) this.opening = null;
    }
  }

  /** One change of the subscriptions at a time. */
  private apply(): Promise<void> {
    const next = async () => {
      const channel = this.channel;
      if (!channel) return;
      await channel.apply(this.wanted.filter(({ stream }) => !this.refused.has(stream)));
      if (this.channel === channel) this.options.events.onSubscribed();
    };
    return (this.applying = this.applying.then(next, next));
  }

  private lost(reason: Error): void {
    if (!this.channel) return;
    this.channel.abandon(reason);
    this.channel = null;
    this.options.events.onDisconnected(reason);
  }

  /** The connection lives, only the channel is gone. */
  private reopenLater(): void {
    setTimeout(() => {
      if (!this.channel && this.connection.connected) void this.openChannel();
    }, REOPEN_MS * Math.random()).unref();
  }
}
