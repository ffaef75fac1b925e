import { createHash, randomUUID } from 'node:crypto';
import pg from 'pg';
import { testServers } from './test-servers.js';

export interface TestDatabase {
  /** connection string of the clone; with `asService` of the service's role */
  url: string;
  /** the same as superuser */
  adminUrl: string;
  drop(): Promise<void>;
}

export interface TestDatabaseOptions {
  schema: string;
  /** changes when the migrations change, e.g. their names; the template is made anew then */
  version: string;
  /** runs the migrations on an empty schema */
  migrate: (url: string) => Promise<unknown>;
  /** Least rights, as in production: a login role owns the schema and migrates it. Absent: the superuser is the service. */
  asService?: AdministratorsPart;
}

/** What only an administrator may prepare, before the migrations run. */
export interface AdministratorsPart {
  /** changes when `prepare` does; the template is made anew then */
  version: string;
  prepare: (adminUrl: string, role: string) => Promise<unknown>;
}

/** Of the service roles; they exist on servers of tests only. */
const ROLE_PASSWORD = 'spec';

/** A database of its own for one spec file: cloned from a migrated template (about 60 ms), which the first caller makes. */
export async function testDatabase(options: TestDatabaseOptions): Promise<TestDatabase> {
  const { schema, version, asService } = options;
  const digest = createHash('sha256')
    .update(JSON.stringify([version, asService?.version]))
    .digest('hex')
    .slice(0, 12);
  const template = `wb_template_${schema}_${digest}`;
  const name = `wb_test_${schema}_${randomUUID().replaceAll('-', '').slice(0, 16)}`;
  await withAdmin(async (admin) => {
    // One maker at a time; the lock also keeps clones from a template that is still being migrated.
    await admin.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [template]);
    const { rowCount } = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1 AND datistemplate', [
      template,
    ]);
    if (rowCount === 0) await makeTemplate(admin, template, options);
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
    await admin.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [template]);
  });
  return {
    url: asService ? urlOf(name, roleOf(schema)) : urlOf(name),
    adminUrl: urlOf(name),
    drop: () => withAdmin((admin) => admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`).then(() => undefined)),
  };
}

async function makeTemplate(admin: pg.Client, template: string, options: TestDatabaseOptions): Promise<void> {
  const { schema, migrate, asService } = options;
  await admin.query(`DROP DATABASE IF EXISTS ${template} WITH (FORCE)`);
  await admin.query(`CREATE DATABASE ${template}`);
  const role = roleOf(schema);
  const client = new pg.Client({ connectionString: urlOf(template) });
  await client.connect();
  if (asService) await makeRole(client, role);
  await client.query(`CREATE SCHEMA ${schema} ${asService ? `AUTHORIZATION ${role}` : ''}`);
  await client.end();
  await asService?.prepare(urlOf(template), role);
  await migrate(asService ? urlOf(template, role) : urlOf(template));
  await admin.query(`ALTER DATABASE ${template} WITH IS_TEMPLATE true`);
}

/** Roles belong to the server: another template of the same schema may be making it now. */
async function makeRole(client: pg.Client, role: string): Promise<void> {
  await client.query(`
    DO $$ BEGIN
      CREATE ROLE ${role} LOGIN NOINHERIT PASSWORD '${ROLE_PASSWORD}';
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END $$`);
}

function roleOf(schema: string): string {
  return `wb_test_${schema}`;
}

function urlOf(database: string, role?: string): string {
  const url = new URL(testServers().postgresUrl);
  url.pathname = `/${database}`;
  if (role) {
    url.username = role;
    url.password = ROLE_PASSWORD;
  }
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
