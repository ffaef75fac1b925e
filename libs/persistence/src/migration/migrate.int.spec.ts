import { testDatabase, type TestDatabase } from '@waybill/testing';
import pg from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { migrate } from './migrate.js';

class First1700000000001 implements MigrationInterface {
  readonly name = 'First1700000000001';
  async up(runner: QueryRunner): Promise<void> {
    // slow enough that two nodes surely meet; without the lock the second would fail or run it twice
    await runner.query('CREATE TABLE things (id int PRIMARY KEY); SELECT pg_sleep(0.3)');
  }
  async down(): Promise<void> {}
}

class Second1700000000002 implements MigrationInterface {
  readonly name = 'Second1700000000002';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('INSERT INTO things VALUES (1)');
  }
  async down(): Promise<void> {}
}

class Broken1700000000003 implements MigrationInterface {
  readonly name = 'Broken1700000000003';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('INSERT INTO things VALUES (2)');
    await runner.query('INSERT INTO nowhere VALUES (1)');
  }
  async down(): Promise<void> {}
}

class Index1700000000004 implements MigrationInterface {
  readonly name = 'Index1700000000004';
  readonly transaction = false;
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX CONCURRENTLY things_index ON things (id)');
  }
  async down(): Promise<void> {}
}

const SCHEMA = 'migrated';
let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase({ schema: 'bare', version: 'empty', migrate: () => Promise.resolve() });
});
afterEach(() => database.drop());

const run = (...migrations: (new () => MigrationInterface)[]) =>
  migrate({ schema: SCHEMA, entities: [], migrations }, { url: database.url });

async function query(sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query<object>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('migrate', () => {
  it('creates the schema, runs what is missing in order and remembers it', async () => {
    expect(await run(First1700000000001)).toEqual(['First1700000000001']);
    expect(await run(Second1700000000002, First1700000000001)).toEqual(['Second1700000000002']);
    expect(await run(First1700000000001, Second1700000000002)).toEqual([]);
    expect(await query(`SELECT id FROM ${SCHEMA}.things`)).toEqual([{ id: 1 }]);
  });

  it('is safe when five nodes start at once: one works, the others wait and find nothing to do', async () => {
    const ran = await Promise.all(Array.from({ length: 5 }, () => run(First1700000000001, Second1700000000002)));
    expect(ran.flat().sort()).toEqual(['First1700000000001', 'Second1700000000002']);
    expect(await query(`SELECT name FROM ${SCHEMA}.migrations ORDER BY timestamp`)).toEqual([
      { name: 'First1700000000001' },
      { name: 'Second1700000000002' },
    ]);
  });

  it('builds an index concurrently while another node waits, without a deadlock', async () => {
    await run(First1700000000001);
    const ran = await Promise.all([
      run(First1700000000001, Index1700000000004),
      run(First1700000000001, Index1700000000004),
    ]);
    expect(ran.flat()).toEqual(['Index1700000000004']);
  });

  it('a migration that fails leaves nothing of itself and does not keep the lock', async () => {
    await run(First1700000000001, Second1700000000002);
    await expect(run(First1700000000001, Second1700000000002, Broken1700000000003)).rejects.toThrow('nowhere');
    expect(await query(`SELECT id FROM ${SCHEMA}.things`)).toEqual([{ id: 1 }]);
    expect(await run(First1700000000001, Second1700000000002)).toEqual([]);
  });

  it('needs no right to create schemas when the schema is there', async () => {
    const role = `probe_${Date.now()}`;
    await query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'; CREATE SCHEMA ${SCHEMA} AUTHORIZATION ${role}`);
    try {
      const url = new URL(database.url);
      url.username = role;
      url.password = 'x';
      const options = { schema: SCHEMA, entities: [], migrations: [First1700000000001] };
      expect(await migrate(options, { url: url.href })).toEqual(['First1700000000001']);
    } finally {
      await query(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`);
    }
  });
});
