import { runMigrationCli } from '@waybill/persistence';
import { DatabaseConfig, loadConfig } from '@waybill/platform';
import { GATEWAY_PERSISTENCE } from './gateway.persistence.js';

await runMigrationCli(GATEWAY_PERSISTENCE, () => ({ url: loadConfig(DatabaseConfig).databaseUrl }));
