import { DataSource } from 'typeorm';
import { type DatabaseSettings, dataSourceOptions, type PersistenceOptions } from '../module/data-source-options.js';

/**
 * Brings a schema up to date. Two processes may start at once: the second waits for the first's advisory lock and then finds nothing
 * to do. The schema must exist and belong to the role.
 * @returns the names of the migrations that ran
 */
export async function migrate(options: PersistenceOptions, settings: DatabaseSettings): Promise<string[]> {
  const dataSource = await new DataSource({ ...dataSourceOptions(options, { ...settings, pool: 2 }) }).initialize();
  // A session of its own holds the lock: TypeORM runs the migrations on another connection of the pool.
  const session = dataSource.createQueryRunner();
  try {
    await session.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [`migrations of ${options.schema}`]);
    try {
      const applied = await dataSource.runMigrations({ transaction: 'each' });
      return applied.map((migration) => migration.name);
    } finally {
      await session.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [`migrations of ${options.schema}`]);
    }
  } finally {
    await session.release();
    await dataSource.destroy();
  }
}

/** The body of a service's `migrate.ts`: runs, says what it did, exits. */
export async function runMigrationCli(options: PersistenceOptions, settings: () => DatabaseSettings): Promise<void> {
  try {
    const applied = await migrate(options, settings());
    process.stdout.write(applied.length > 0 ? `${options.schema}: ran ${applied.join(', ')}\n` : `${options.schema}: up to date\n`);
  } catch (error) {
    process.stderr.write(`${options.schema}: cannot migrate: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
