import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { MIGRATIONS } from '../migrations/index.js';

export async function resultDatabase(): Promise<{ dataSource: DataSource; url: string; drop: () => Promise<void> }> {
  const url = new URL(process.env['WAYBILL_TEST_POSTGRES_URL']!);
  const admin = await new DataSource({ type: 'postgres', url: url.href }).initialize();
  const name = `result_${randomUUID().replaceAll('-', '')}`;
  await admin.query(`CREATE DATABASE ${name}`);
  url.pathname = `/${name}`;
  const dataSource = await new DataSource({ type: 'postgres', url: url.href, migrations: MIGRATIONS }).initialize();
  await dataSource.runMigrations();
  return {
    dataSource,
    url: url.href,
    drop: async () => {
      await dataSource.destroy();
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.destroy();
    },
  };
}
