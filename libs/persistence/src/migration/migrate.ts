import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { type DatabaseSettings, dataSourceOptions, type PersistenceOptions } from '../module/data-source-options.js';

const LOCK_RETRY_MS = 100;
/** A migration may rewrite a table. */
const STATEMENT_TIMEOUT_MS = 3_600_000;

/**
 * Brings a schema up to date, creating it when it is missing. Each migration is a transaction. Safe when several nodes start at
 * once: one works, the others wait and find nothing left to do.
 * @returns the names of the migrations that this call ran, oldest first
 */
export async function migrate(options: PersistenceOptions, settings: DatabaseSettings): Promise<string[]> {
  const session = new pg.Client({ connectionString: settings.url, application_name: `${options.schema}-migrate` });
  session.on('error', () => undefined);
  await session.connect();
  try {
    await lock(session, options.schema);
    await ensureSchema(session, options.schema);
    const dataSource = new DataSource({
      ...dataSourceOptions(options, { ...settings, pool: 2, statementTimeoutMs: STATEMENT_TIMEOUT_MS }),
      migrationsTransactionMode: 'each',
    });
    await dataSource.initialize();
    try {
      return (await dataSource.runMigrations()).map((migration) => migration.name);
    } finally {
      await dataSource.destroy();
    }
  } finally {
    // ends the session and with it the lock
    await session.end();
  }
}

/**
 * Asks again and again instead of blocking in the server: a blocked statement holds a snapshot, for which the holder's
 * CREATE INDEX CONCURRENTLY would wait, and both would wait for ever.
 */
async function lock(session: pg.Client, schema: string): Promise<void> {
  for (;;) {
    const { rows } = await session.query<{ locked: boolean }>(
      `SELECT pg_try_advisory_lock(hashtextextended('waybill.migrate.' || $1, 0)) AS locked`,
      [schema],
    );
    if (rows[0]?.locked) return;
    await delay(LOCK_RETRY_MS);
  }
}

/** Asks first, because a role that owns its schema need not have the right to create one. */
async function ensureSchema(session: pg.Client, schema: string): Promise<void> {
  const { rowCount } = await session.query('SELECT FROM pg_namespace WHERE nspname = $1', [schema]);
  if (rowCount === 0) await session.query(`CREATE SCHEMA ${session.escapeIdentifier(schema)}`);
}
