import { runMigrationCli } from '@waybill/persistence';
import { loadDatabaseConfig } from '@waybill/platform';
import { JOB_SCHEDULER_PERSISTENCE } from './persistence.options.js';

await runMigrationCli(JOB_SCHEDULER_PERSISTENCE, () => ({ url: loadDatabaseConfig().databaseUrl }));
