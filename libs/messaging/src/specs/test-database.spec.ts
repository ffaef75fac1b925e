import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { INBOX_SQL } from '../inbox/inbox.js';
import { OUTBOX_SQL } from '../outbox/outbox.sql.js';
import type { RelayDatabase } from '../outbox/relay-database.js';
import { required } from './test-broker.spec.js';

/** A database of its own with outbox and inbox, gone at the end. */
export class TestDatabase {
  private constructor(
    readonly url: string,
    readonly pool: pg.Pool,
    private readonly name: string,
  ) {}

  static async start(): Promise<TestDatabase> {
    const name = `messaging_${randomUUID().replaceAll('-', '')}`;
    await TestDatabase.admin(`CREATE DATABASE ${name}`);
    const url = new URL(required('WAYBILL_TEST_POSTGRES_URL'));
    url.pathname = `/${name}`;
    const pool = new pg.Pool({ connectionString: url.href, max: 10 });
    // the pool outlives connections that a spec ends by force
    pool.on('error', () => undefined);
    await pool.query(OUTBOX_SQL + INBOX_SQL);
    return new TestDatabase(url.href, pool, name);
  }

  /** What TypeORM's query runners give the relay in production. */
  relayDatabase(): RelayDatabase {
    return {
      connect: async () => {
        const client = await this.pool.connect();
        client.on('error', () => undefined);
        return {
          query: (sql, parameters) => client.query(sql, parameters),
          onNotification: (listener) => void client.on('notification', listener),
          release: async (broken) => client.release(broken),
        };
      },
    };
  }

  async transaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    try {
      await client.query('BEGIN');
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      client.release();
    }
  }

  async count(table: 'outbox' | 'inbox'): Promise<number> {
    const { rows } = await this.pool.query<{ count: string }>(`SELECT count(*) FROM ${table}`);
    return Number(rows[0]!.count);
  }

  async stop(): Promise<void> {
    await this.pool.end();
    await TestDatabase.admin(`DROP DATABASE ${this.name} WITH (FORCE)`);
  }

  private static async admin(sql: string): Promise<void> {
    const client = new pg.Client({ connectionString: required('WAYBILL_TEST_POSTGRES_URL') });
    await client.connect();
    await client.query(sql);
    await client.end();
  }
}
