import { runMigrationCli } from '@waybill/persistence';
import { loadConfig } from '@waybill/platform';
import { MigrateConfig } from './config/migrate.config.js';
import { FLEET_PERSISTENCE } from './persistence.options.js';

await runMigrationCli(FLEET_PERSISTENCE, () => ({ url: loadConfig(MigrateConfig).databaseUrl }));
