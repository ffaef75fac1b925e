import { runMigrationCli } from '@waybill/persistence';
import { loadDatabaseConfig } from '@waybill/platform';
import { GATEWAY_PERSISTENCE } from './gateway.persistence.js';

await runMigrationCli(GATEWAY_PERSISTENCE, () => ({ url: loadDatabaseConfig().databaseUrl }));
