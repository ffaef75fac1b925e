import { EventEmitter } from 'node:events';
import * as amqp from 'amqplib';
import type { ChannelModel } from 'amqplib';
import { type BackOff, backOffDelay } from './back-off.js';
import { requireBrokerVersion } from './broker-version.js';
import { BrokerVersionError, NotConfirmedError } from './errors.js';
import { farewell } from './farewell.js';

export interface BrokerCredentials {
  username: string;
  password: string;
  /** when the password (a token) expires, epoch milliseconds; the connection is dropped then unless renewed */
  expiresAt?: number;
}

export interface BrokerConnectionOptions {
  /** `amqp(s)://[user:password@]host[:port]`, without virtual host */
  url: string;
  vhost: string;
  /** shown by the broker's management, e.g. `result/consume` */
  name: string;
  /** asked before every attempt, so that a renewed token is used; default: user and password of the URL */
  credentials?: () => BrokerCredentials | Promise<BrokerCredentials>;
  /** default 200 ms to 30 s, full jitter */
  backOff?: BackOff;
  /** default 30 */
  heartbeatSeconds?: number;
}

/** Events of a {@link BrokerConnection}. */
export interface BrokerConnectionEvents {
  connected: [];
  disconnected: [reason: Error];
  /** the broker reads nothing from us for now (memory or disk alarm) */
  blocked: [reason: string];
  unblocked: [];
  attemptFailed: [error: Error, nextInMs: number];
  /** no further attempt will be made: the broker is too old */
  fatal: [error: BrokerVersionError];
}

const HANDSHAKE_TIMEOUT_MS = 10_000;

/**
 * One AMQP connection that comes back by itself. What lives on it (publisher, consumers) listens to `connected` and
 * opens its channels anew. amqplib's own recovery is not used: it fixes the password at the first attempt, and an
 * agent's password is a token that changes every hour.
 */
export class BrokerConnection extends EventEmitter<BrokerConnectionEvents> {
  private model: ChannelModel | null = null;
  private started = false;
  private closed = false;
  private failure: Error | null = null;
  private failedAttempt: Error | null = null;
  private attempts = 0;
  private retryTimer: NodeJS.Timeout | null = null;
  private expiryTimer: NodeJS.Timeout | null = null;
  private isBlocked = false;

  constructor(readonly options: BrokerConnectionOptions) {
    super();
    this.setMaxListeners(0);
  }

  /** The broker's account of this connection; it lets nobody publish under another name. */
  get user(): string {
    return decodeURIComponent(new URL(this.options.url).username);
  }

  get connected(): boolean {
    return this.model !== null;
  }

  /** The broker has stopped reading from this connection. */
  get blocked(): boolean {
    return this.isBlocked;
  }

  /** The connection of the moment, or null while there is none. */
  get current(): ChannelModel | null {
    return this.model;
  }

  /** Begins to connect, in the background, until closed. */
  start(): this {
    if (!this.started) {
      this.started = true;
      void this.attempt();
    }
    return this;
  }

  /**
   * Waits until connected.
   * @throws BrokerVersionError when the broker is too old; NotConfirmedError when the time is over or the connection was closed
   */
  async ready(timeoutMs: number): Promise<ChannelModel> {
    this.start();
    if (this.model) return this.model;
    if (this.failure) throw this.failure;
    if (this.closed) throw new NotConfirmedError(`connection ${this.options.name} is closed`);
    return new Promise((resolve, reject) => {
      const settle = (action: () => void) => {
        clearTimeout(timer);
        this.off('connected', onConnected).off('fatal', onFatal);
        action();
      };
      const onConnected = () =>
        settle(() => (this.model ? resolve(this.model) : reject(new NotConfirmedError('connection lost'))));
      const onFatal = (error: Error) => settle(() => reject(error));
      const timer = setTimeout(() => settle(() => reject(this.notConnected(timeoutMs))), timeoutMs);
      this.on('connected', onConnected).on('fatal', onFatal);
    });
  }

  /** Renews the password (token) in place; the connection stays. Without a connection the next attempt asks for credentials anyway. */
  async updateSecret(password: string, expiresAt?: number): Promise<void> {
    if (!this.model) return;
    await this.model.updateSecret(Buffer.from(password), 'token renewed');
    this.watchExpiry(expiresAt);
  }

  /** Drops the connection and connects again, e.g. after the rights of the token changed. */
  reconnect(): void {
    void this.model?.close().catch(() => undefined);
  }

  async close(): Promise<void> {
    this.closed = true;
    if (this.retryTimer) clearTimeout(this.retryTimer);
    if (this.expiryTimer) clearTimeout(this.expiryTimer);
    const model = this.model;
    this.model = null;
    if (model) await farewell(model.close(), new Promise<void>((resolve) => model.once('close', () => resolve())));
  }

  private async attempt(): Promise<void> {
    this.retryTimer = null;
    try {
      const credentials = await this.credentials();
      const model = await this.open(credentials);
      if (this.closed) return void (await model.close().catch(() => undefined));
      this.adopt(model, credentials);
    } catch (error) {
      this.failed(error as Error);
    }
  }

  private async credentials(): Promise<BrokerCredentials> {
    if (this.options.credentials) return this.options.credentials();
    const url = new URL(this.options.url);
    return {
      username: decodeURIComponent(url.username || 'guest'),
      password: decodeURIComponent(url.password || 'guest'),
    };
  }

  private async open({ username, password }: BrokerCredentials): Promise<ChannelModel> {
    const url = new URL(this.options.url);
    const model = await amqp.connect(
      {
        protocol: url.protocol.replace(':', ''),
        hostname: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port ? Number(url.port) : undefined,
        username,
        password,
        vhost: encodeURIComponent(this.options.vhost),
        heartbeat: this.options.heartbeatSeconds ?? 30,
      },
      // Nagle's algorithm costs 48 ms per connect against 5 ms without
      {
        noDelay: true,
        keepAlive: true,
        timeout: HANDSHAKE_TIMEOUT_MS,
        clientProperties: { connection_name: this.options.name },
      },
    );
    // an 'error' without a listener would end the process
    model.on('error', () => undefined);
    try {
      requireBrokerVersion(model.connection.serverProperties);
    } catch (error) {
      await model.close().catch(() => undefined);
      throw error;
    }
    return model;
  }

  private adopt(model: ChannelModel, credentials: BrokerCredentials): void {
    this.model = model;
    this.attempts = 0;
    this.isBlocked = false;
    let lastError: Error | null = null;
    model.on('error', (error) => (lastError = error));
    model.on('close', (error?: Error) => {
      if (this.model !== model) return;
      this.model = null;
      this.isBlocked = false;
      if (this.expiryTimer) clearTimeout(this.expiryTimer);
      this.emit('disconnected', lastError ?? error ?? new Error('connection closed'));
      this.scheduleAttempt();
    });
    model.on('blocked', (reason) => {
      this.isBlocked = true;
      this.emit('blocked', String(reason));
    });
    model.on('unblocked', () => {
      this.isBlocked = false;
      this.emit('unblocked');
    });
    this.watchExpiry(credentials.expiresAt);
    this.emit('connected');
  }

  /** The broker refuses operations on an expired token but may keep the connection: end it ourselves and come back with a new one. */
  private watchExpiry(expiresAt: number | undefined): void {
    if (this.expiryTimer) clearTimeout(this.expiryTimer);
    this.expiryTimer = null;
    if (expiresAt === undefined) return;
    this.expiryTimer = setTimeout(() => this.reconnect(), Math.max(0, expiresAt - Date.now()));
    this.expiryTimer.unref();
  }

  private failed(error: Error): void {
    if (this.closed) return;
    if (error instanceof BrokerVersionError) {
      this.failure = error;
      this.emit('fatal', error);
      return;
    }
    this.failedAttempt = error;
    this.emit('attemptFailed', error, this.scheduleAttempt());
  }

  private scheduleAttempt(): number {
    if (this.closed || this.retryTimer) return 0;
    const delay = backOffDelay(this.attempts++, this.options.backOff ?? { baseMs: 200, maxMs: 30_000 });
    this.retryTimer = setTimeout(() => void this.attempt(), delay);
    return delay;
  }

  private notConnected(timeoutMs: number): NotConfirmedError {
    return new NotConfirmedError(`no connection to the broker within ${timeoutMs} ms`, {
      cause: this.failedAttempt ?? undefined,
    });
  }
}
