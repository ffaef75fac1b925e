import { runMigrationCli } from '@waybill/persistence';
import { loadDatabaseConfig } from '@waybill/platform';
import { FLEET_PERSISTENCE } from './persistence.options.js';

await runMigrationCli(FLEET_PERSISTENCE, () => ({ url: loadDatabaseConfig().databaseUrl }));
