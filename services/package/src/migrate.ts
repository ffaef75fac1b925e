import { runMigrationCli } from '@waybill/persistence';
import { DatabaseConfig, loadConfig } from '@waybill/platform';
import { PACKAGE_PERSISTENCE } from './persistence.options.js';

await runMigrationCli(PACKAGE_PERSISTENCE, () => ({ url: loadConfig(DatabaseConfig).databaseUrl }));
