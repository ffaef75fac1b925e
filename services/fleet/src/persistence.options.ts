import type { PersistenceOptions } from '@waybill/persistence';
import { Fleet1764000000000 } from './migrations/1764000000000-fleet.migration.js';
import { DynamicGroups1764900000001 } from './migrations/1764900000001-dynamic-groups.migration.js';
import { GroupWindows1765600000000 } from './migrations/1765600000000-group-windows.migration.js';
import { SemanticVersionKeys1765700000000 } from './migrations/1765700000000-semantic-version-keys.migration.js';

/** The service's schema: nobody else reads or writes it. All its statements are written out, so there are no entities. */
export const FLEET_PERSISTENCE: PersistenceOptions = {
  schema: 'fleet',
  entities: [],
  migrations: [
    Fleet1764000000000,
    DynamicGroups1764900000001,
    GroupWindows1765600000000,
    SemanticVersionKeys1765700000000,
  ],
};
