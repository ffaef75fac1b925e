import { auditPreparation } from '@waybill/audit/schema';
import { dataSourceOptions, migrate } from '@waybill/persistence';
import { testDatabase } from '@waybill/testing';
import { DataSource } from 'typeorm';
import { JOB_SCHEDULER_PERSISTENCE } from '../persistence.options.js';

export interface SchedulerDatabase {
  url: string;
  dataSource: DataSource;
  drop: () => Promise<void>;
}

/** A migrated database of its own, gone at the end. */
export async function schedulerDatabase(): Promise<SchedulerDatabase> {
  const { schema, migrations } = JOB_SCHEDULER_PERSISTENCE;
  const version = migrations.map((migration) => migration.toString() + JSON.stringify(new migration())).join();
  const { url, drop } = await testDatabase({
    schema,
    version,
    asService: auditPreparation('job-scheduler'),
    migrate: (empty) => migrate(JOB_SCHEDULER_PERSISTENCE, { url: empty }),
  });
  const dataSource = await new DataSource(dataSourceOptions(JOB_SCHEDULER_PERSISTENCE, { url })).initialize();
  return {
    url,
    dataSource,
    drop: async () => {
      await dataSource.destroy();
      await drop();
    },
  };
}
