import type { PersistenceOptions } from '@waybill/persistence';
import { SignedManifests1764000000001 } from './migrations/1764000000001-signed-manifests.migration.js';
import { Scheduler1764000000000 } from './migrations/1764000000000-scheduler.migration.js';

/** The service's schema: nobody else reads or writes it. Rows are read by SQL, so there are no entities. */
export const JOB_SCHEDULER_PERSISTENCE: PersistenceOptions = {
  schema: 'job_scheduler',
  entities: [],
  migrations: [Scheduler1764000000000, SignedManifests1764000000001],
};
