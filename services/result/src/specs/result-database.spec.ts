import { dataSourceOptions, migrate } from '@waybill/persistence';
import { testDatabase } from '@waybill/testing';
import { DataSource } from 'typeorm';
import { DATABASE } from '../database/database-options.js';

export interface ResultDatabase {
  url: string;
  dataSource: DataSource;
  drop: () => Promise<void>;
}

/** A migrated database of its own, gone at the end. */
export async function resultDatabase(): Promise<ResultDatabase> {
  const version = DATABASE.migrations.map((migration) => migration.toString()).join();
  const { url, drop } = await testDatabase({
    schema: DATABASE.schema,
    version,
    migrate: (empty) => migrate(DATABASE, { url: empty }),
  });
  const dataSource = await new DataSource(dataSourceOptions(DATABASE, { url })).initialize();
  return {
    url,
    dataSource,
    drop: async () => {
      await dataSource.destroy();
      await drop();
    },
  };
}
