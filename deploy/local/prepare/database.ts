import pg from 'pg';
import { StackFailure } from '../stack-failure.ts';

/** Advisory lock taken while accounts are made: two starts at once must not both find a role missing. */
const LOCK = 0x57_41_59_42;

export interface DatabaseAccount {
  /** Login role and schema have the same name: a service owns its schema and nothing else. */
  readonly role: string;
  readonly password: string;
}

/**
 * Creates database, login roles and schemas, or brings existing ones to the wanted state.
 * A role may connect to this database, owns its schema, sees no other, and finds its tables without naming the schema.
 */
export async function prepareDatabase(
  adminUrl: string,
  database: string,
  accounts: readonly DatabaseAccount[],
): Promise<void> {
  await withClient(adminUrl, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    const known = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    if (known.rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`);
    for (const { role, password } of accounts) {
      const name = client.escapeIdentifier(role);
      const exists = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
      if (exists.rowCount === 0) await client.query(`CREATE ROLE ${name} LOGIN NOINHERIT`);
      await client.query(`ALTER ROLE ${name} LOGIN PASSWORD ${client.escapeLiteral(password)}`);
    }
  });
  await withClient(databaseUrl(adminUrl, database), async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    const target = client.escapeIdentifier(database);
    await client.query(`REVOKE ALL ON DATABASE ${target} FROM PUBLIC`);
    await client.query('REVOKE ALL ON SCHEMA public FROM PUBLIC');
    for (const { role } of accounts) {
      const name = client.escapeIdentifier(role);
      await client.query(`GRANT CONNECT ON DATABASE ${target} TO ${name}`);
      await client.query(`CREATE SCHEMA IF NOT EXISTS ${name} AUTHORIZATION ${name}`);
      await client.query(`ALTER ROLE ${name} IN DATABASE ${target} SET search_path = ${name}`);
    }
  });
}

/** Throws away a database with all connections to it; absent is fine. */
export async function dropDatabase(adminUrl: string, database: string): Promise<void> {
  await withClient(adminUrl, async (client) => {
    await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(database)} WITH (FORCE)`);
  });
}

/** The same server and account, another database. */
export function databaseUrl(url: string, database: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${database}`;
  return parsed.toString();
}

/** The same server and database, another account. */
export function urlFor(url: string, user: string, password: string): string {
  const parsed = new URL(url);
  parsed.username = user;
  parsed.password = password;
  return parsed.toString();
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
  } catch (cause) {
    const { host } = new URL(url);
    const { message: reason } = cause as Error;
    throw new StackFailure(`PostgreSQL at ${host} cannot be used: ${reason}; check its address and account.`, {
      cause,
    });
  }
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
