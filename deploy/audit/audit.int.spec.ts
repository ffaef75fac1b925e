import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AUDITED_SERVICES, installAudit } from '@waybill/audit/schema';
import pg from 'pg';
import { databaseUrl, dropDatabase, prepareDatabase, urlFor } from '../local/prepare/database.ts';

const admin = process.env['WAYBILL_TEST_POSTGRES_URL'] ?? '';
const suffix = randomBytes(4).toString('hex');
const database = `audited_${suffix}`;
const role = `writer_${suffix}`;
const url = databaseUrl(admin, database);
const work = mkdtempSync(join(tmpdir(), 'waybill-audit-'));

beforeAll(async () => {
  await prepareDatabase(admin, database, [{ role, password: 'secret' }]);
  await installAudit(
    url,
    AUDITED_SERVICES.map((service) => ({ service, role })),
  );
});
afterAll(async () => {
  await dropDatabase(admin, database);
  await as(admin, (client) => client.query(`DROP ROLE ${role}`));
  rmSync(work, { recursive: true, force: true });
});

function audit(args: string[], env: Record<string, string> = { WAYBILL_AUDIT_DATABASE_URL: url }) {
  const program = join(import.meta.dirname, 'audit.ts');
  return spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], ...env },
  });
}

async function as<T>(account: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: account });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const write = (schema: string) =>
  as(urlFor(url, role, 'secret'), (client) =>
    client.query(
      `INSERT INTO ${schema}.intake (entry) VALUES ('{"action":"thing.done","actor":{"name":"alice"},"object":{"type":"thing","id":"1"}}')`,
    ),
  );

describe('npm run audit -- verify', () => {
  it('says of each log how long it is and how it ends', async () => {
    for (let i = 0; i < 3; i++) await write('fleet_audit');
    const { status, stdout } = audit(['verify']);
    expect(stdout).toMatch(
      /^gateway: 0 entries, unbroken; .*\npackage: 0 .*\nfleet: 3 entries, unbroken; the last hash is [0-9a-f]{64}\njob-scheduler: 0 /,
    );
    expect(status).toBe(0);
  });

  it('ends with 1 and names service, entry and what is wrong when one was tampered with', async () => {
    const kept = audit(['verify', '--json']);
    expect(JSON.parse(kept.stdout)).toMatchObject({
      sound: true,
      logs: [{}, {}, { service: 'fleet', entries: 3 }, {}],
    });
    writeFileSync(join(work, 'heads.json'), kept.stdout);
    await write('fleet_audit');
    expect(audit(['verify', '--since', join(work, 'heads.json')]).status).toBe(0);

    await as(url, async (client) => {
      await client.query('SET session_replication_role = replica');
      await client.query(`UPDATE fleet_audit.entries SET entry = replace(entry, 'alice', 'mallory') WHERE seq = 2`);
    });
    const broken = audit(['verify']);
    expect(broken.stdout).toContain('fleet: BROKEN at entry 2: its content does not have its hash: it was changed');
    expect(broken.status).toBe(1);
    const report = audit(['verify', '--json']);
    expect(JSON.parse(report.stdout)).toMatchObject({ sound: false, logs: [{}, {}, { broken: { seq: 2 } }, {}] });
    expect(report.status).toBe(1);
  });

  it('finds a log that was cut off together with its head by a report from before', async () => {
    await as(url, async (client) => {
      await client.query('SET session_replication_role = replica');
      await client.query('DELETE FROM fleet_audit.entries WHERE seq > 1');
      await client.query('UPDATE fleet_audit.head SET (seq, hash) = (SELECT seq, hash FROM fleet_audit.entries)');
    });
    expect(audit(['verify']).status).toBe(0);
    const { status, stdout } = audit(['verify', '--since', join(work, 'heads.json')]);
    expect(stdout).toContain('fleet: BROKEN at entry 2: the log ends here, but it had 3 entries before');
    expect(status).toBe(1);
  });

  it.each<[string, string[], Record<string, string>, RegExp]>([
    [
      'without a database',
      ['verify'],
      { WAYBILL_AUDIT_DATABASE_URL: 'postgres://a:secret@127.0.0.1:1/x' },
      /x at 127\.0\.0\.1:1 cannot be read/,
    ],
    ['without a command', [], {}, /usage: npm run audit -- verify/],
    ['with an unknown option', ['verify', '--jsn'], {}, /usage/],
    [
      'with a file that is no report',
      ['verify', '--since', join(import.meta.dirname, '../../package.json')],
      {},
      /is not a report/,
    ],
  ])('ends with 2 %s, in one sentence', (_, args, env, sentence) => {
    const { status, stderr } = audit(args, env);
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toContain('secret@');
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(status).toBe(2);
  });
});
