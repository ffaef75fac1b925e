import type { PersistenceOptions } from '@waybill/persistence';
import { MIGRATIONS } from '../migrations/index.js';

/** The service's schema. Its tables are written by set-based SQL, so there are no entities. */
export const DATABASE: PersistenceOptions = { schema: 'result', entities: [], migrations: MIGRATIONS };
