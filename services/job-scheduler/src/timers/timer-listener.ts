import type { DataSource, QueryRunner } from 'typeorm';
import { TIMERS_CHANNEL } from './timers.repository.js';

/** The part of a pg client that is used. */
interface NotifyingClient {
  on(event: 'notification', listener: () => void): unknown;
  removeAllListeners(event: 'notification'): unknown;
}

/** Hears at once when any replica sets a timer. Only a convenience: while it is deaf, polling finds the timer. */
export class TimerListener {
  private runner: QueryRunner | null = null;

  constructor(
    private readonly dataSource: DataSource,
    private readonly onTimer: () => void,
  ) {}

  /** Listens on a connection of its own, again if the last one is gone. @throws when the database is away */
  async ensure(): Promise<void> {
    if (this.runner && !this.runner.isReleased) return;
    const runner = this.dataSource.createQueryRunner();
    try {
      const client = (await runner.connect()) as NotifyingClient;
      client.on('notification', this.onTimer);
      await runner.query(`LISTEN ${TIMERS_CHANNEL}`);
      this.runner = runner;
    } catch (error) {
      await runner.release().catch(() => undefined);
      throw error;
    }
  }

  /** Proves that the connection lives. A dead one is given up, so that the next {@link ensure} makes a new one. */
  async check(): Promise<void> {
    try {
      await this.runner?.query('SELECT 1');
    } catch {
      await this.stop();
    }
  }

  async stop(): Promise<void> {
    const runner = this.runner;
    this.runner = null;
    if (!runner) return;
    const client = (await runner.connect().catch(() => null)) as NotifyingClient | null;
    client?.removeAllListeners('notification');
    await runner.query(`UNLISTEN ${TIMERS_CHANNEL}`).catch(() => undefined);
    await runner.release().catch(() => undefined);
  }
}
