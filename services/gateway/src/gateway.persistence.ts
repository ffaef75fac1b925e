import type { PersistenceOptions } from '@waybill/persistence';
import { Gateway1790000000000 } from './migrations/1-gateway.migration.js';
import { Credential } from './session/credential.entity.js';

export const GATEWAY_PERSISTENCE: PersistenceOptions = {
  schema: 'gateway',
  entities: [Credential],
  migrations: [Gateway1790000000000],
};
