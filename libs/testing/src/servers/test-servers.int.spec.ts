import { randomUUID } from 'node:crypto';
import amqplib from 'amqplib';
import pg from 'pg';
import { managementCall } from './management-call.js';
import { testBucket } from './test-bucket.js';
import { testDatabase, type TestDatabaseOptions } from './test-database.js';
import { testServers } from './test-servers.js';
import { testVhosts } from './test-vhosts.js';

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<object>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('testServers', () => {
  it('says which variable is missing: a spec without its server must fail', () => {
    expect(() => testServers({})).toThrow('WAYBILL_TEST_POSTGRES_URL is not set');
  });
});

describe('testDatabase', () => {
  const version = randomUUID();
  let migrated = 0;
  const options: TestDatabaseOptions = {
    schema: 'probe_testing',
    version,
    migrate: async (url) => {
      migrated++;
      await query(url, 'CREATE TABLE probe_testing.things (id int)');
    },
  };

  afterAll(async () => {
    const { postgresUrl } = testServers();
    const templates = await query(
      postgresUrl,
      `SELECT datname FROM pg_database WHERE datname LIKE 'wb\\_template\\_probe\\_testing\\_%'`,
    );
    for (const { datname } of templates as { datname: string }[]) {
      await query(postgresUrl, `ALTER DATABASE ${datname} WITH IS_TEMPLATE false`);
      await query(postgresUrl, `DROP DATABASE ${datname}`);
    }
  });

  it('migrates once for callers that come at the same time, and each gets a database of its own', async () => {
    const databases = await Promise.all([testDatabase(options), testDatabase(options), testDatabase(options)]);
    try {
      expect(migrated).toBe(1);
      expect(new Set(databases.map(({ url }) => url)).size).toBe(3);
      await query(databases[0].url, 'INSERT INTO probe_testing.things VALUES (1)');
      expect(await query(databases[1].url, 'SELECT * FROM probe_testing.things')).toEqual([]);
    } finally {
      for (const { drop } of databases) await drop();
    }
  });

  it('is gone after drop, even with a connection open', async () => {
    const { url, drop } = await testDatabase(options);
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    await drop();
    await expect(query(url, 'SELECT 1')).rejects.toThrow('does not exist');
    await client.end().catch(() => undefined);
  });

  it('with a service: the login role owns the schema and migrates it, the administrator prepares the rest before', async () => {
    const seen: string[] = [];
    const service: TestDatabaseOptions = {
      schema: 'probe_testing',
      version: randomUUID(),
      asService: {
        version: '1',
        prepare: async (url, role) => {
          seen.push(role);
          await query(url, 'CREATE SCHEMA beyond CREATE TABLE kept (id int)');
        },
      },
      migrate: (url) => query(url, 'CREATE TABLE probe_testing.things (id int)'),
    };
    const { url, adminUrl, drop } = await testDatabase(service);
    try {
      expect(seen).toEqual(['wb_test_probe_testing']);
      await query(url, 'DROP TABLE probe_testing.things');
      await expect(query(url, 'SELECT * FROM beyond.kept')).rejects.toThrow('permission denied');
      expect(await query(adminUrl, 'SELECT * FROM beyond.kept')).toEqual([]);
    } finally {
      await drop();
    }
  });

  it('a migration that fails leaves no template behind', async () => {
    const broken = { ...options, version: randomUUID(), migrate: () => Promise.reject(new Error('bad migration')) };
    await expect(testDatabase(broken)).rejects.toThrow('bad migration');
    const mended = await testDatabase({ ...broken, migrate: options.migrate });
    expect(await query(mended.url, 'SELECT * FROM probe_testing.things')).toEqual([]);
    await mended.drop();
  });
});

describe('testVhosts', () => {
  it('gives two virtual hosts that can be used, and takes them away', async () => {
    const vhosts = await testVhosts();
    for (const name of [vhosts.services, vhosts.agents]) {
      const connection = await amqplib.connect(`${vhosts.brokerUrl}/${encodeURIComponent(name)}`);
      const channel = await connection.createChannel();
      await channel.assertQueue('probe', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
      await connection.close();
    }
    expect([vhosts.services, vhosts.agents]).toEqual([`${vhosts.prefix}waybill`, `${vhosts.prefix}agents`]);
    await vhosts.dispose();
    await expect(managementCall('GET', `/vhosts/${encodeURIComponent(vhosts.services)}`)).rejects.toThrow('404');
  });
});

describe('testBucket', () => {
  it('gives an empty bucket and takes it away with what is in it', async () => {
    const { bucket, client, dispose } = await testBucket();
    await client.putObject(bucket, 'a/b', 'text');
    await client.initiateNewMultipartUpload(bucket, 'half', {});
    await dispose();
    expect(await client.bucketExists(bucket)).toBe(false);
  });
});
