import { runMigrationCli } from '@waybill/persistence';
import { DatabaseConfig, loadConfig } from '@waybill/platform';
import { FLEET_PERSISTENCE } from './persistence.options.js';

await runMigrationCli(FLEET_PERSISTENCE, () => ({ url: loadConfig(DatabaseConfig).databaseUrl }));
