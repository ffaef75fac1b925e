import { runMigrationCli } from '@waybill/persistence';
import { loadConfig } from '@waybill/platform';
import { DATABASE } from './database/database-options.js';
import { ResultConfig } from './result.config.js';

await runMigrationCli(DATABASE, () => ({ url: loadConfig(ResultConfig).databaseUrl }));
