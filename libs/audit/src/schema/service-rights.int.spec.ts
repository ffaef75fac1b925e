import { AuditedDatabase } from '../specs/audited-database.spec.js';
import { AUDIT_OWNER } from './audit-schema.js';
import { installAudit } from './install-audit.js';

let database: AuditedDatabase;
beforeAll(async () => {
  database = await AuditedDatabase.start();
  await database.change(1);
  await database.change(2);
});
afterAll(() => database.stop());

const asService = (sql: string): Promise<unknown> => database.dataSource.query(sql);

describe('the role of a service', () => {
  it.each([
    ['change an entry', `UPDATE package_audit.entries SET entry = '{}'`],
    ['take a lock that only a change needs', 'SELECT * FROM package_audit.entries FOR UPDATE'],
    ['delete an entry', 'DELETE FROM package_audit.entries WHERE seq = 2'],
    ['empty the log', 'TRUNCATE package_audit.entries'],
    [
      'write an entry past the chain',
      `INSERT INTO package_audit.entries (seq, at, prev_hash, hash, entry) VALUES (3, now(), '', '', '{}')`,
    ],
    ['move the head', 'UPDATE package_audit.head SET seq = 0'],
    ['delete the head', 'DELETE FROM package_audit.head'],
    ['read or take back what is about to be chained', 'DELETE FROM package_audit.intake'],
    [
      'choose the number of what it adds',
      `INSERT INTO package_audit.intake OVERRIDING SYSTEM VALUE VALUES (1, '{}') RETURNING id`,
    ],
    ['disable the triggers of the entries', 'ALTER TABLE package_audit.entries DISABLE TRIGGER ALL'],
    ['disable the trigger that chains', 'ALTER TABLE package_audit.intake DISABLE TRIGGER link'],
    ['drop a trigger', 'DROP TRIGGER append_only ON package_audit.entries'],
    ['run without triggers', 'SET session_replication_role = replica'],
    [
      'replace the function that chains',
      `CREATE OR REPLACE FUNCTION package_audit.link() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`,
    ],
    ['call it', 'SELECT package_audit.link()'],
    ['drop the log', 'DROP TABLE package_audit.entries'],
    ['drop its schema', 'DROP SCHEMA package_audit CASCADE'],
    ['rename it', 'ALTER SCHEMA package_audit RENAME TO elsewhere'],
    ['add something to it', 'CREATE TABLE package_audit.more (id int)'],
    ['become its owner', `SET ROLE ${AUDIT_OWNER}`],
    ['take its ownership', 'ALTER TABLE package_audit.entries OWNER TO wb_test_package'],
    ['give itself rights', 'GRANT ALL ON package_audit.entries TO wb_test_package'],
  ])('cannot %s', async (_, sql) => {
    const before = await database.entries();
    if (sql.startsWith('GRANT')) await asService(sql).catch(() => undefined);
    else await expect(asService(sql)).rejects.toMatchObject({ code: '42501' });
    expect(await database.entries()).toEqual(before);
    await expect(asService('DELETE FROM package_audit.entries')).rejects.toMatchObject({ code: '42501' });
    expect(await database.verify()).toMatchObject({ entries: 2, broken: null });
  });

  it('cannot delete on the sly by a cascade, a rule or a view of its own schema', async () => {
    await expect(
      asService('CREATE TABLE package.child (seq bigint REFERENCES package_audit.entries ON DELETE CASCADE)'),
    ).rejects.toMatchObject({ code: '42501' });
    await asService('CREATE VIEW package.copy AS SELECT * FROM package_audit.entries');
    await expect(asService('DELETE FROM package.copy')).rejects.toMatchObject({ code: '42501' });
    await asService('DROP VIEW package.copy');
  });
});

describe('the triggers', () => {
  it.each([
    `UPDATE package_audit.entries SET entry = '{}'`,
    'DELETE FROM package_audit.entries',
    'TRUNCATE package_audit.entries',
    'DELETE FROM package_audit.head',
  ])('refuse even the owner: %s', async (sql) => {
    await expect(database.asOwner(sql)).rejects.toThrow('the audit log is append-only');
  });
});

describe('installing again', () => {
  it('keeps the entries and takes away rights that somebody added', async () => {
    await database.asOwner('GRANT ALL ON package_audit.entries TO wb_test_package');
    await installAudit(database.adminUrl, [{ service: 'package', role: 'wb_test_package' }]);
    expect(await database.verify()).toMatchObject({ entries: 2, broken: null });
    await expect(asService('DELETE FROM package_audit.entries')).rejects.toThrow('permission denied');
  });

  it('works when several start at once', async () => {
    const again = () => installAudit(database.adminUrl, [{ service: 'package', role: 'wb_test_package' }]);
    await Promise.all([again(), again(), again()]);
    expect(await database.verify()).toMatchObject({ entries: 2, broken: null });
  });

  it('gives an older log the newer way of chaining, and goes on with its entries', async () => {
    await database.asOwner(`
      CREATE OR REPLACE FUNCTION package_audit.link() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
      COMMENT ON SCHEMA package_audit IS 'waybill audit log 1'`);
    await installAudit(database.adminUrl, [{ service: 'package', role: 'wb_test_package' }]);
    await database.change(77);
    expect(await database.verify()).toMatchObject({ entries: 3, broken: null });
  });

  it('refuses a log of another version', async () => {
    await database.asOwner(`COMMENT ON SCHEMA package_audit IS 'waybill audit log 99'`);
    await expect(installAudit(database.adminUrl, [{ service: 'package', role: 'wb_test_package' }])).rejects.toThrow(
      'The schema package_audit is marked "waybill audit log 99"',
    );
  });
});
