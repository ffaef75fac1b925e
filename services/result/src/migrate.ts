import { runMigrationCli } from '@waybill/persistence';
import { DatabaseConfig, loadConfig } from '@waybill/platform';
import { DATABASE } from './database/database-options.js';

await runMigrationCli(DATABASE, () => ({ url: loadConfig(DatabaseConfig).databaseUrl }));
