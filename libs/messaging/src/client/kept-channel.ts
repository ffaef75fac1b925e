import type { Channel, ChannelModel, ConfirmChannel } from 'amqplib';
import { type BackOff, backOffDelay } from './back-off.js';
import type { BrokerConnection } from './broker-connection.js';
import { NotConfirmedError } from './errors.js';
import { farewell } from './farewell.js';

export interface KeptChannelOptions<C extends Channel> {
  connection: BrokerConnection;
  open: (model: ChannelModel) => Promise<C>;
  /** runs on every new channel before it counts as open; a throw opens another one after a back-off */
  setup: (channel: C) => Promise<void>;
  /** the channel is open and `current` */
  onOpened?: () => void;
  /** the channel is gone; nothing sent or received on it can be settled any more */
  onClosed?: (reason: Error) => void;
  backOff?: BackOff;
}

/** A channel that is opened again after a channel error and after a lost connection. */
export class KeptChannel<C extends Channel = Channel> {
  private channel: C | null = null;
  private opening = false;
  private closed = false;
  private failures = 0;
  private lastError: Error | null = null;
  private timer: NodeJS.Timeout | null = null;
  private readonly waiters = new Set<() => void>();
  private readonly dead = new WeakSet<Channel>();
  private readonly onConnected = () => void this.reopen();

  constructor(private readonly options: KeptChannelOptions<C>) {
    options.connection.on('connected', this.onConnected);
    options.connection.start();
    if (options.connection.connected) void this.reopen();
  }

  static plain(options: Omit<KeptChannelOptions<Channel>, 'open'>): KeptChannel {
    return new KeptChannel({ ...options, open: (model) => model.createChannel() });
  }

  static confirming(options: Omit<KeptChannelOptions<ConfirmChannel>, 'open'>): KeptChannel<ConfirmChannel> {
    return new KeptChannel({ ...options, open: (model) => model.createConfirmChannel() });
  }

  /** The channel of the moment, or null while there is none. */
  get current(): C | null {
    return this.channel;
  }

  /** Why the last attempt failed, while there is no channel. */
  get error(): Error | null {
    return this.channel ? null : this.lastError;
  }

  /** @throws NotConfirmedError when no channel opened in time; BrokerVersionError when the broker is too old */
  async ready(timeoutMs: number): Promise<C> {
    if (this.channel) return this.channel;
    const until = Date.now() + timeoutMs;
    await this.options.connection.ready(timeoutMs);
    while (!this.channel) {
      if (this.closed) throw new NotConfirmedError('the channel is closed');
      const left = until - Date.now();
      if (left <= 0)
        throw new NotConfirmedError(`no channel within ${timeoutMs} ms`, { cause: this.lastError ?? undefined });
      await this.change(left);
    }
    return this.channel;
  }

  /** Gives the channel up and opens another one. */
  discard(): void {
    void this.channel?.close().catch(() => undefined);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.options.connection.off('connected', this.onConnected);
    if (this.timer) clearTimeout(this.timer);
    const channel = this.channel;
    this.channel = null;
    this.wake();
    if (channel) await farewell(channel.close());
  }

  private async reopen(): Promise<void> {
    const model = this.options.connection.current;
    if (this.closed || this.opening || this.channel || !model) return;
    this.opening = true;
    let channel: C | null = null;
    try {
      channel = await this.options.open(model);
      this.watch(channel);
      await this.options.setup(channel);
      this.adopt(channel, model);
    } catch (error) {
      this.lastError = error as Error;
      void channel?.close().catch(() => undefined);
      this.scheduleReopen();
    } finally {
      this.opening = false;
    }
    // the connection may have been replaced while we were busy with the old one
    if (!this.channel && this.options.connection.current && this.options.connection.current !== model)
      void this.reopen();
  }

  private adopt(channel: C, model: ChannelModel): void {
    if (this.dead.has(channel)) throw this.lastError ?? new Error('channel closed');
    if (this.closed || this.options.connection.current !== model) return void channel.close().catch(() => undefined);
    this.channel = channel;
    this.failures = 0;
    this.options.onOpened?.();
    this.wake();
  }

  private watch(channel: C): void {
    let reason = new Error('channel closed');
    channel.on('error', (error) => (reason = error));
    channel.on('close', () => {
      this.dead.add(channel);
      this.lastError = reason;
      if (this.channel !== channel) return;
      this.channel = null;
      this.options.onClosed?.(reason);
      this.scheduleReopen();
    });
  }

  private scheduleReopen(): void {
    if (this.closed || this.timer || !this.options.connection.connected) return;
    const delay = backOffDelay(this.failures++, this.options.backOff ?? { baseMs: 100, maxMs: 10_000 });
    this.timer = setTimeout(() => {
      this.timer = null;
      void this.reopen();
    }, delay);
  }

  private change(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.waiters.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.waiters.add(done);
    });
  }

  private wake(): void {
    for (const waiter of [...this.waiters]) waiter();
  }
}
