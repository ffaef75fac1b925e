import { testDatabase } from '@waybill/testing';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../module/data-source-options.js';

const SCHEMA = 'probe';

export interface ProbeDatabase {
  url: string;
  dataSource: DataSource;
  close(): Promise<void>;
}

/** A database of one's own with an empty schema `probe`, connected as a service would be. */
export async function probeDatabase(pool = 5): Promise<ProbeDatabase> {
  const database = await testDatabase({ schema: SCHEMA, version: 'empty', migrate: () => Promise.resolve() });
  const options = dataSourceOptions({ schema: SCHEMA, entities: [], migrations: [] }, { url: database.url, pool });
  const dataSource = await new DataSource(options).initialize();
  return {
    url: database.url,
    dataSource,
    close: async () => {
      await dataSource.destroy();
      await database.drop();
    },
  };
}
