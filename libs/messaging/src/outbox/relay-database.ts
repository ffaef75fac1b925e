import type { SqlExecutor } from './sql-executor.js';

/** A database connection that the relay holds for itself: it listens for wake-ups and runs the relay's transactions. */
export interface RelaySession extends SqlExecutor {
  onNotification(listener: () => void): void;
  /** @param broken the connection must not go back to the pool */
  release(broken: boolean): Promise<void>;
}

/** Where the relay gets its connection from. */
export interface RelayDatabase {
  connect(): Promise<RelaySession>;
}

/** The part of a pg client that is used. */
interface NotifyingClient {
  query(sql: string, parameters?: unknown[]): Promise<unknown>;
  on(event: 'notification', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  removeAllListeners(event: 'notification'): unknown;
}

/** The part of TypeORM's DataSource that is used. */
export interface QueryRunnerSource {
  createQueryRunner(): { connect(): Promise<NotifyingClient>; release(): Promise<void> };
}

/** Takes the relay's connection out of a TypeORM pool for as long as the relay lives. */
export function relayDatabase(source: () => QueryRunnerSource): RelayDatabase {
  return {
    async connect() {
      const runner = source().createQueryRunner();
      const client = await runner.connect();
      return {
        query: (sql, parameters) => client.query(sql, parameters),
        onNotification: (listener) => void client.on('notification', listener),
        async release(broken) {
          client.removeAllListeners('notification');
          if (!broken) await client.query('UNLISTEN *').catch(() => undefined);
          await runner.release().catch(() => undefined);
        },
      };
    },
  };
}
