import { runMigrationCli } from '@waybill/persistence';
import { loadDatabaseConfig } from '@waybill/platform';
import { DATABASE } from './database/database-options.js';

await runMigrationCli(DATABASE, () => ({ url: loadDatabaseConfig().databaseUrl }));
