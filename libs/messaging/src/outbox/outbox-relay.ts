import { setTimeout as delay } from 'node:timers/promises';
import { backOffDelay } from '../client/back-off.js';
import type { MessageLogger } from '../server/message-logger.js';
import type { VhostRole } from '../server/handler-extras.js';
import type { RelayDatabase, RelaySession } from './relay-database.js';
import { type RelayPublisher, relayRound } from './relay-round.js';
import { LISTEN } from './relay-sql.js';
import { queryRows } from './sql-executor.js';
import { WakeUp } from './wake-up.js';

export interface OutboxRelayOptions {
  database: RelayDatabase;
  publisherOf: (vhost: VhostRole) => RelayPublisher & { readonly ready: boolean };
  vhosts: readonly VhostRole[];
  logger: MessageLogger;
  /** rows per transaction, default 500 */
  batchSize?: number;
  /** longest time until a committed row is seen although its notification was lost, default 1 s */
  pollMs?: number;
}

const RETRY = { baseMs: 200, maxMs: 10_000 };

/** How long a stop may take to send what is left; the rest stays for the next start or another replica. */
const LAST_ROUNDS_MS = 5_000;

/** Publishes the outbox of one schema. Any number of replicas may run; one works at a time and another takes over within `pollMs`. */
export class OutboxRelay {
  private readonly wakeUp = new WakeUp();
  private running: Promise<void> | null = null;
  private stopping = false;
  private failure: Error | null = null;

  constructor(private readonly options: OutboxRelayOptions) {}

  /** Null when rows leave, else why not. */
  get trouble(): string | null {
    return this.failure ? `the outbox cannot be emptied: ${this.failure.message}` : null;
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Sends what is there, at most for five seconds, and gives the connection back. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.wakeUp.call();
    await this.running;
  }

  private async run(): Promise<void> {
    for (let failures = 0; !this.stopping;) {
      let session: RelaySession | null = null;
      try {
        session = await this.options.database.connect();
        await this.listen(session);
        failures = 0;
        await this.work(session);
        await session.release(false);
      } catch (error) {
        await session?.release(true);
        this.failed(error as Error);
        await delay(backOffDelay(failures++, RETRY));
      }
    }
  }

  private async listen(session: RelaySession): Promise<void> {
    session.onNotification(() => this.wakeUp.call());
    const [row] = await queryRows<{ statement: string }>(session, LISTEN, []);
    await session.query(row!.statement);
  }

  private async work(session: RelaySession): Promise<void> {
    const { batchSize = 500, pollMs = 1_000 } = this.options;
    for (let failures = 0; !this.stopping;) {
      const { claimed, error } = await this.round(session, batchSize);
      failures = error ? failures + 1 : 0;
      // a full batch means that more is waiting
      if (error) await this.wakeUp.wait(Math.max(50, backOffDelay(failures, RETRY)));
      else if (claimed < batchSize) await this.wakeUp.wait(pollMs);
    }
    await this.lastRounds(session, batchSize);
  }

  private async lastRounds(session: RelaySession, batchSize: number): Promise<void> {
    const until = Date.now() + LAST_ROUNDS_MS;
    while (Date.now() < until) {
      const { claimed, error } = await this.round(session, batchSize);
      if (claimed === 0 || error) return;
    }
  }

  private async round(session: RelaySession, batchSize: number): Promise<{ claimed: number; error: Error | null }> {
    const { publisherOf, vhosts, logger } = this.options;
    // no transaction is held open to wait for the broker
    if (!vhosts.some((vhost) => publisherOf(vhost).ready)) {
      this.failure = new Error('there is no connection to the broker');
      return { claimed: 0, error: this.failure };
    }
    const { claimed, unroutable, error } = await relayRound(session, publisherOf, batchSize);
    if (unroutable > 0)
      logger.warn(`outbox: ${unroutable} messages have no queue to go to; they wait with their error in table outbox`);
    if (error) this.failed(error);
    else this.failure = null;
    return { claimed, error };
  }

  private failed(error: Error): void {
    // once per outage
    if (!this.failure) this.options.logger.warn(`outbox: ${error.message}; will try again`);
    this.failure = error;
  }
}
