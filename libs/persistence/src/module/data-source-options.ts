import type { DataSourceOptions, MixedList, EntitySchema, MigrationInterface } from 'typeorm';

export interface DatabaseSettings {
  /** `postgres://user:password@host:port/database` */
  url: string;
  /** connections, default 10 */
  pool?: number;
  /** milliseconds, default one minute */
  statementTimeoutMs?: number;
}

export interface PersistenceOptions {
  /** the service's own schema, e.g. `job_scheduler` */
  schema: string;
  entities: MixedList<string | EntitySchema | (new () => object)>;
  migrations: (new () => MigrationInterface)[];
}

/** No statement of a service may take longer than this. */
const STATEMENT_TIMEOUT_MS = 60_000;

/** One service's connection: its schema, its pool, nothing created behind the migrations' back. */
export function dataSourceOptions(options: PersistenceOptions, settings: DatabaseSettings): DataSourceOptions {
  return {
    type: 'postgres',
    url: settings.url,
    ...(demandsTls(settings.url) ? { ssl: { rejectUnauthorized: true } } : {}),
    schema: options.schema,
    entities: options.entities as never,
    migrations: options.migrations,
    migrationsTableName: 'migrations',
    synchronize: false,
    poolSize: settings.pool ?? 10,
    applicationName: options.schema,
    extra: {
      options: `-c search_path=${options.schema} -c timezone=UTC`,
      statement_timeout: settings.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
    },
  };
}

/** TypeORM reads no parameters of the URL, so `sslmode` would be forgotten without a word. */
function demandsTls(url: string): boolean {
  const mode = new URL(url).searchParams.get('sslmode');
  return mode !== null && mode !== 'disable';
}
