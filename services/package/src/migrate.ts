import { runMigrationCli } from '@waybill/persistence';
import { loadConfig } from '@waybill/platform';
import { MigrateConfig } from './config/migrate.config.js';
import { PACKAGE_PERSISTENCE } from './persistence.options.js';

await runMigrationCli(PACKAGE_PERSISTENCE, () => ({ url: loadConfig(MigrateConfig).databaseUrl }));
