import { runMigrationCli } from '@waybill/persistence';
import { loadDatabaseConfig } from '@waybill/platform';
import { PACKAGE_PERSISTENCE } from './persistence.options.js';

await runMigrationCli(PACKAGE_PERSISTENCE, () => ({ url: loadDatabaseConfig().databaseUrl }));
