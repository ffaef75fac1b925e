import { setTimeout as delay } from 'node:timers/promises';
import { backOffDelay } from '../client/back-off.js';
import type { MessageLogger } from '../server/message-logger.js';
import type { VhostRole } from '../server/handler-extras.js';
import type { RelayDatabase, RelaySession } from './relay-database.js';
import { RelayPace, type RoundResult } from './relay-pace.js';
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

/** Pause between looks at a connection that is away; costs nothing. */
const AWAY_MS = 200;

const NO_BROKER = new Error('there is no connection to the broker');

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
    const pace = new RelayPace(batchSize);
    for (let failures = 0; !this.stopping;) {
      const { limit } = pace;
      const { claimed, due, sent, error } = await this.round(session, pace);
      failures = error && sent === 0 ? failures + 1 : 0;
      if (error) await this.wakeUp.wait(Math.max(50, backOffDelay(failures, RETRY)));
      // all that was waiting, and fewer than asked for
      else if (claimed === due && due < limit)
        await this.wakeUp.wait(this.failure ? Math.min(AWAY_MS, pollMs) : pollMs);
    }
    await this.lastRounds(session, pace);
  }

  private async lastRounds(session: RelaySession, pace: RelayPace): Promise<void> {
    const until = Date.now() + LAST_ROUNDS_MS;
    while (Date.now() < until) {
      const { claimed, error } = await this.round(session, pace);
      if (claimed === 0 || error) return;
    }
  }

  private async round(session: RelaySession, pace: RelayPace): Promise<RoundResult> {
    const { publisherOf, vhosts, logger } = this.options;
    // no transaction is held open to wait for the broker
    const ready = vhosts.filter((vhost) => publisherOf(vhost).ready);
    if (ready.length < vhosts.length) this.failure = NO_BROKER;
    if (ready.length === 0) return { claimed: 0, due: 0, sent: 0, postponed: 0, error: null };
    const { limit, postponeFailed } = pace;
    const result = await relayRound(session, { publisherOf, vhosts: ready, limit, postponeFailed });
    pace.note(result);
    if (result.postponed > 0)
      logger.warn(`outbox: ${result.postponed} messages cannot leave; they wait with their error in table outbox`);
    if (result.error) this.failed(result.error);
    else if (ready.length === vhosts.length) this.failure = null;
    return result;
  }

  private failed(error: Error): void {
    // once per outage
    if (!this.failure) this.options.logger.warn(`outbox: ${error.message}; will try again`);
    this.failure = error;
  }
}
