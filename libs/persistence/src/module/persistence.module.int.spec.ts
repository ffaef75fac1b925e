import { ConsoleLogger, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { testDatabase, type TestDatabase, testServers } from '@waybill/testing';
import pg from 'pg';
import { DatabaseHealth } from './database-health.js';
import { PersistenceModule } from './persistence.module.js';
import { UnitOfWork } from './unit-of-work.js';

class ProbeConfig {
  constructor(readonly databaseUrl: string) {}
}

let database: TestDatabase;
let app: TestingModule;

beforeEach(async () => {
  database = await testDatabase({ schema: 'probe', version: 'empty', migrate: () => Promise.resolve() });
  @Module({ providers: [{ provide: ProbeConfig, useValue: new ProbeConfig(database.url) }], exports: [ProbeConfig] })
  class ConfigModule {}
  app = await Test.createTestingModule({
    imports: [
      PersistenceModule.forRootAsync({
        schema: 'probe',
        entities: [],
        migrations: [],
        imports: [ConfigModule],
        inject: [ProbeConfig],
        useFactory: (config: ProbeConfig) => ({ url: config.databaseUrl, pool: 2 }),
      }),
    ],
  }).compile();
  await app.init();
});
afterEach(async () => {
  await app.close();
  await database.drop();
});

async function asAdministrator(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: testServers().postgresUrl });
  await client.connect();
  await client.query(sql);
  await client.end();
}

describe('PersistenceModule', () => {
  it('gives a unit of work on the database that the configuration names', async () => {
    const rows = await app
      .get(UnitOfWork)
      .run((manager) =>
        manager.query<{ db: string; schema: string }[]>('SELECT current_database() AS db, current_schema() AS schema'),
      );
    expect(rows).toEqual([{ db: new URL(database.url).pathname.slice(1), schema: 'probe' }]);
  });

  it('says that the database is away, does not die, and is well again when it is back', async () => {
    const health = app.get(DatabaseHealth);
    expect(await health.check()).toBeNull();
    const name = new URL(database.url).pathname.slice(1);
    await asAdministrator(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await asAdministrator(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
    // each connection of the pool may be found broken once
    const answers = [await health.check(), await health.check(), await health.check()];
    expect(answers.at(-1)).toMatch(/^the database does not answer: .*not currently accepting connections/);
    await asAdministrator(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    expect(await health.check()).toBeNull();
  });

  it.each([
    [
      'an unknown role',
      (url: URL) => (url.username = 'no_such_role'),
      /the database \w+ at .* cannot be used: .*no_such_role/,
    ],
    [
      'a database that does not exist',
      (url: URL) => (url.pathname = '/no_such_db'),
      /the database no_such_db at .* does not exist/,
    ],
  ])('stops the start at once for %s, in one sentence without the password', async (_what, change, sentence) => {
    const url = new URL(database.url);
    change(url);
    const begun = Date.now();
    const start = Test.createTestingModule({
      imports: [
        PersistenceModule.forRootAsync({
          schema: 'probe',
          entities: [],
          migrations: [],
          useFactory: () => ({ url: url.href }),
        }),
      ],
    })
      .setLogger(new ConsoleLogger({ logLevels: [] }))
      .compile();
    const error = (await start.catch((reason: Error) => reason)) as Error;
    expect(error.message).toMatch(sentence);
    expect(error.message).not.toContain(url.password);
    expect(Date.now() - begun).toBeLessThan(3_000);
  });
});
