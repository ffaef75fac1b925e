import pg from 'pg';
import { AUDIT_OWNER, type AuditedService, auditSchema, auditSchemaSql, linkSql } from './audit-schema.js';

/** Taken while logs are made; two starts at once must not both find one missing. */
const LOCK = 0x57_41_55_44;
/** Rises when the objects of a log change; an older log is then brought up to date here. */
const VERSION = 'waybill audit log 2';
/** Entries of the log before are the same; only who chains them is newer. */
const BEFORE = 'waybill audit log 1';

export interface AuditAccount {
  service: AuditedService;
  /** login role of the service; must exist */
  role: string;
}

/**
 * Makes the audit logs of a database and gives each service's role the right to read its own and to add to it, and no other.
 * Idempotent: entries stay as they are, rights that somebody added are taken away again.
 * @param adminUrl an account that may create roles and schemas, in the database of the services
 * @throws when a log was made by a newer version, or a role is missing
 */
export async function installAudit(adminUrl: string, accounts: readonly AuditAccount[]): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await ensureOwner(client);
    for (const account of accounts) await inTransaction(client, () => install(client, account));
  } finally {
    await client.end();
  }
}

/** The log of one service as the administrator's part of a database, e.g. of a spec. */
export function auditPreparation(service: AuditedService) {
  return {
    version: auditSchemaSql(service),
    prepare: (adminUrl: string, role: string) => installAudit(adminUrl, [{ service, role }]),
  };
}

async function install(client: pg.Client, { service, role }: AuditAccount): Promise<void> {
  const schema = auditSchema(service);
  const { rows } = await client.query<{ version: string | null }>(
    `SELECT obj_description(oid, 'pg_namespace') AS version FROM pg_namespace WHERE nspname = $1`,
    [schema],
  );
  if (!rows[0]) await make(client, service);
  else if (rows[0].version === BEFORE) await renew(client, service);
  else if (rows[0].version !== VERSION)
    throw new Error(
      `The schema ${schema} is marked "${rows[0].version ?? ''}", not "${VERSION}": it belongs to another version of Waybill.`,
    );
  const name = client.escapeIdentifier(role);
  await client.query(`REVOKE ALL ON ALL TABLES IN SCHEMA ${schema} FROM PUBLIC, ${name}`);
  await client.query(`REVOKE ALL ON SCHEMA ${schema} FROM PUBLIC, ${name}`);
  await client.query(`GRANT USAGE ON SCHEMA ${schema} TO ${name}`);
  await client.query(`GRANT INSERT ON ${schema}.intake TO ${name}`);
  await client.query(`GRANT SELECT ON ${schema}.entries, ${schema}.head TO ${name}`);
}

async function make(client: pg.Client, service: AuditedService): Promise<void> {
  const schema = auditSchema(service);
  await client.query(`CREATE SCHEMA ${schema} AUTHORIZATION ${AUDIT_OWNER}`);
  await client.query(`SET LOCAL ROLE ${AUDIT_OWNER}`);
  await client.query(auditSchemaSql(service));
  await client.query(`COMMENT ON SCHEMA ${schema} IS '${VERSION}'`);
  await client.query('RESET ROLE');
}

async function renew(client: pg.Client, service: AuditedService): Promise<void> {
  await client.query(`SET LOCAL ROLE ${AUDIT_OWNER}`);
  await client.query(linkSql(service));
  await client.query(`COMMENT ON SCHEMA ${auditSchema(service)} IS '${VERSION}'`);
  await client.query('RESET ROLE');
}

/** Roles belong to the server, the lock to one database: another database's start may be making it now. */
async function ensureOwner(client: pg.Client): Promise<void> {
  await client.query(`
    DO $$ BEGIN
      CREATE ROLE ${AUDIT_OWNER} NOLOGIN NOINHERIT;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END $$`);
  // A superuser acts as any role; a managed server's administrator must be made a member, by himself.
  await client.query(`
    DO $$ BEGIN
      IF NOT pg_has_role(current_user, '${AUDIT_OWNER}', 'SET') THEN
        EXECUTE format('GRANT ${AUDIT_OWNER} TO %I', current_user);
      END IF;
    END $$`);
}

async function inTransaction(client: pg.Client, work: () => Promise<void>): Promise<void> {
  await client.query('BEGIN');
  try {
    await work();
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}
