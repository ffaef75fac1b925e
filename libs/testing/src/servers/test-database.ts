import { createHash, randomUUID } from 'node:crypto';
import pg from 'pg';
import { testServers } from './test-servers.js';

export interface TestDatabase {
  /** connection string of the clone */
  url: string;
  drop(): Promise<void>;
}

export interface TestDatabaseOptions {
  schema: string;
  /** changes when the migrations change, e.g. their names; the template is made anew then */
  version: string;
  /** runs the migrations on an empty schema */
  migrate: (url: string) => Promise<unknown>;
}

/** A database of its own for one spec file: cloned from a migrated template (about 60 ms), which the first caller makes. */
export async function testDatabase({ schema, version, migrate }: TestDatabaseOptions): Promise<TestDatabase> {
  const digest = createHash('sha256').update(version).digest('hex').slice(0, 12);
  const template = `wb_template_${schema}_${digest}`;
  const name = `wb_test_${schema}_${randomUUID().replaceAll('-', '').slice(0, 16)}`;
  await withAdmin(async (admin) => {
    // One maker at a time; the lock also keeps clones from a template that is still being migrated.
    await admin.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [template]);
    const { rowCount } = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1 AND datistemplate', [
      template,
    ]);
    if (rowCount === 0) await makeTemplate(admin, template, schema, migrate);
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
    await admin.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [template]);
  });
  return {
    url: urlOf(name),
    drop: () => withAdmin((admin) => admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`).then(() => undefined)),
  };
}

async function makeTemplate(
  admin: pg.Client,
  template: string,
  schema: string,
  migrate: (url: string) => Promise<unknown>,
): Promise<void> {
  await admin.query(`DROP DATABASE IF EXISTS ${template} WITH (FORCE)`);
  await admin.query(`CREATE DATABASE ${template}`);
  const client = new pg.Client({ connectionString: urlOf(template) });
  await client.connect();
  await client.query(`CREATE SCHEMA ${schema}`);
  await client.end();
  await migrate(urlOf(template));
  await admin.query(`ALTER DATABASE ${template} WITH IS_TEMPLATE true`);
}

function urlOf(database: string): string {
  const url = new URL(testServers().postgresUrl);
  url.pathname = `/${database}`;
  return url.toString();
}

async function withAdmin(work: (admin: pg.Client) => Promise<void>): Promise<void> {
  const admin = new pg.Client({ connectionString: testServers().postgresUrl });
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}
