import { createHash, randomUUID } from 'node:crypto';
import { Client, escapeIdentifier } from 'pg';
import { serverAddress } from './server-address.js';

export interface TestDatabaseOptions {
  schema: string;
  /** brings the schema of the database at `url` up to date; run once per set of migrations */
  migrate: (url: string) => Promise<unknown>;
  /** the migration classes: when their SQL changes, so does the template */
  migrations: readonly (new () => object)[];
}

export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

/** A database of one's own with the schema migrated: a clone of a template that is made once. */
export async function testDatabase(options: TestDatabaseOptions): Promise<TestDatabase> {
  const server = serverAddress('WAYBILL_TEST_POSTGRES_URL');
  const name = `wbt_${options.schema}_${randomUUID().replaceAll('-', '')}`;
  const template = `wbtpl_${options.schema}_${await fingerprint(options.migrations)}`;
  await withClient(server, async (client) => {
    // One lock for everybody: CREATE DATABASE … TEMPLATE refuses a template that is being copied by another.
    await client.query(`SELECT pg_advisory_lock(hashtext('waybill.testing.' || $1))`, [template]);
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [template]);
    if (rowCount === 0) await makeTemplate(client, server, template, options);
    await client.query(`CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE ${escapeIdentifier(template)}`);
  });
  return {
    url: databaseUrl(server, name),
    drop: () =>
      withClient(
        server,
        async (client) => void (await client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`)),
      ),
  };
}

/** Migrated under another name first: a template that exists is a whole one. */
async function makeTemplate(
  client: Client,
  server: string,
  template: string,
  { schema, migrate }: TestDatabaseOptions,
): Promise<void> {
  const draft = `${template}_draft`;
  await client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(draft)} WITH (FORCE)`);
  await client.query(`CREATE DATABASE ${escapeIdentifier(draft)}`);
  const url = databaseUrl(server, draft);
  await withClient(
    url,
    async (inside) => void (await inside.query(`CREATE SCHEMA IF NOT EXISTS ${escapeIdentifier(schema)}`)),
  );
  await migrate(url);
  await client.query(`ALTER DATABASE ${escapeIdentifier(draft)} RENAME TO ${escapeIdentifier(template)}`);
}

/** Names and SQL of the migrations: an edited migration must not meet the template of the old one. */
async function fingerprint(migrations: TestDatabaseOptions['migrations']): Promise<string> {
  const hash = createHash('sha256');
  for (const migration of migrations) hash.update(`${migration.name}\n${await sqlOf(new migration())}\n`);
  return hash.digest('hex').slice(0, 16);
}

/** What the migration would run, found by letting it talk to a runner that only writes down. */
async function sqlOf(migration: object & { up?: (runner: unknown) => Promise<unknown> }): Promise<string> {
  const statements: string[] = [];
  const query = async (sql: string) => {
    statements.push(sql);
    return [];
  };
  await migration.up?.({ query, manager: { query } });
  return statements.join('\n');
}

function databaseUrl(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

async function withClient(url: string, use: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}
