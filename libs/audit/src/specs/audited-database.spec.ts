import { dataSourceOptions, UnitOfWork } from '@waybill/persistence';
import { testDatabase } from '@waybill/testing';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { AuditLog } from '../record/audit-log.js';
import { AUDIT_OWNER } from '../schema/audit-schema.js';
import { auditPreparation } from '../schema/install-audit.js';
import { type ChainHead, type ChainReport, verifyChain } from '../verify/verify-chain.js';

/** A service's database with one table of its own and its audit log, connected with the service's rights. */
export class AuditedDatabase {
  readonly log = new AuditLog('package');
  readonly work: UnitOfWork;

  private constructor(
    readonly url: string,
    readonly adminUrl: string,
    readonly dataSource: DataSource,
    private readonly admin: pg.Client,
    private readonly drop: () => Promise<void>,
  ) {
    this.work = new UnitOfWork(dataSource);
  }

  static async start(pool = 8): Promise<AuditedDatabase> {
    const { url, adminUrl, drop } = await testDatabase({
      schema: 'package',
      version: 'audited things',
      asService: auditPreparation('package'),
      migrate: (empty) => once(empty, 'CREATE TABLE package.things (id int PRIMARY KEY)'),
    });
    const options = dataSourceOptions({ schema: 'package', entities: [], migrations: [] }, { url, pool });
    const admin = new pg.Client({ connectionString: adminUrl });
    await admin.connect();
    return new AuditedDatabase(url, adminUrl, await new DataSource(options).initialize(), admin, drop);
  }

  /** A change with its entry in one transaction. */
  change(id: number): Promise<void> {
    return this.work.run(async (sql) => {
      await sql.query('INSERT INTO things VALUES ($1)', [id]);
      await this.log.record(sql, { action: 'thing.created', object: { type: 'thing', id: String(id) }, after: { id } });
    });
  }

  async entries(): Promise<Record<string, unknown>[]> {
    const { rows } = await this.admin.query<{ entry: string }>('SELECT entry FROM package_audit.entries ORDER BY seq');
    return rows.map(({ entry }) => JSON.parse(entry) as Record<string, unknown>);
  }

  async count(table: string): Promise<number> {
    const { rows } = await this.admin.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`);
    return rows[0]!.count;
  }

  verify(since?: readonly ChainHead[]): Promise<ChainReport> {
    return verifyChain(this.admin, 'package', since);
  }

  /** With the rights of the role that owns the log. */
  async asOwner(sql: string): Promise<void> {
    await this.admin.query(`SET ROLE ${AUDIT_OWNER}`);
    try {
      await this.admin.query(sql);
    } finally {
      await this.admin.query('RESET ROLE');
    }
  }

  /** What nobody but the server's own administrator can do: past the triggers. */
  async tamper(...statements: string[]): Promise<void> {
    await this.admin.query('SET session_replication_role = replica');
    try {
      for (const statement of statements) await this.admin.query(statement);
    } finally {
      await this.admin.query('RESET session_replication_role');
    }
  }

  async stop(): Promise<void> {
    await this.dataSource.destroy();
    await this.admin.end();
    await this.drop();
  }
}

async function once(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
