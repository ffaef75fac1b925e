import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { databaseUrl, dropDatabase, prepareDatabase, urlFor } from './database.ts';

const admin = process.env['WAYBILL_TEST_POSTGRES_URL'] ?? '';

describe('the database of an installation', () => {
  const suffix = randomBytes(4).toString('hex');
  const database = `spec_${suffix}`;
  const accounts = [
    { role: `a_${suffix}`, password: "it's a secret" },
    { role: `b_${suffix}`, password: 'another' },
  ] as const;

  beforeAll(async () => {
    await Promise.all([prepareDatabase(admin, database, accounts), prepareDatabase(admin, database, accounts)]);
  });
  afterAll(async () => {
    await dropDatabase(admin, database);
    await as(admin, async (client) => {
      for (const { role } of accounts) await client.query(`DROP ROLE ${role}`);
    });
  });

  const asService = <T>(index: 0 | 1, work: (client: pg.Client) => Promise<T>): Promise<T> =>
    as(urlFor(databaseUrl(admin, database), accounts[index].role, accounts[index].password), work);

  it('gives each service a schema in which it may do everything', async () => {
    const rows = await asService(0, async (client) => {
      await client.query('CREATE TABLE t (a int)');
      await client.query('INSERT INTO t VALUES (1)');
      return (
        await client.query<{ schema: string }>(
          "SELECT table_schema AS schema FROM information_schema.tables WHERE table_name = 't'",
        )
      ).rows;
    });
    expect(rows).toEqual([{ schema: accounts[0].role }]);
  });

  it.each([
    ["another service's schema", `CREATE TABLE b_${suffix}.t (a int)`],
    ['the public schema', 'CREATE TABLE public.t (a int)'],
    ['new schemas', 'CREATE SCHEMA mine'],
  ])('refuses it %s', async (_, sql) => {
    await expect(asService(0, (client) => client.query(sql))).rejects.toMatchObject({ code: '42501' });
  });

  it('is reported in one sentence when the server is not there', async () => {
    const nowhere = 'postgres://postgres:secret@127.0.0.1:1/postgres';
    await expect(prepareDatabase(nowhere, database, accounts)).rejects.toThrow(
      'PostgreSQL at 127.0.0.1:1 cannot be used: connect ECONNREFUSED 127.0.0.1:1; check its address and account.',
    );
  });

  it('keeps its data when prepared again', async () => {
    await asService(1, (client) => client.query('CREATE TABLE kept (a int)'));
    await prepareDatabase(admin, database, accounts);
    await expect(asService(1, (client) => client.query('SELECT * FROM kept'))).resolves.toBeDefined();
  });
});

async function as<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
