import type { PersistenceOptions } from '@waybill/persistence';
import { SignedManifests1764000000001 } from './migrations/1764000000001-signed-manifests.migration.js';
import { Approval1764900000000 } from './migrations/1764900000000-approval.migration.js';
import { JobReach1764000000002 } from './migrations/1764000000002-job-reach.migration.js';
import { Timeouts1765100000001 } from './migrations/1765100000001-timeouts.migration.js';
import { Pace1765100000002 } from './migrations/1765100000002-pace.migration.js';
import { ReexecuteFilter1765600000002 } from './migrations/1765600000002-reexecute-filter.migration.js';
import { FoundSoFar1765900000000 } from './migrations/1765900000000-found-so-far.migration.js';
import { MemberChanges1766000000000 } from './migrations/1766000000000-member-changes.migration.js';
import { Offers1766100000000 } from './migrations/1766100000000-offers.migration.js';
import { UserPolicy1765800000000 } from './migrations/1765800000000-user-policy.migration.js';
import { OwnTime1765700000050 } from './migrations/1765700000050-own-time.migration.js';
import { Windows1765600000001 } from './migrations/1765600000001-windows.migration.js';
import { LateJoiners1765400000000 } from './migrations/1765400000000-late-joiners.migration.js';
import { TargetFilter1765300000003 } from './migrations/1765300000003-target-filter.migration.js';
import { Retry1765100000000 } from './migrations/1765100000000-retry.migration.js';
import { InstallTime1765000000001 } from './migrations/1765000000001-install-time.migration.js';
import { Rollout1765000000000 } from './migrations/1765000000000-rollout.migration.js';
import { Archive1765300000002 } from './migrations/1765300000002-archive.migration.js';
import { JobTemplates1765300000001 } from './migrations/1765300000001-job-templates.migration.js';
import { TargetProfiles1765300000000 } from './migrations/1765300000000-target-profiles.migration.js';
import { Recurrence1765500000000 } from './migrations/1765500000000-recurrence.migration.js';
import { Scheduler1764000000000 } from './migrations/1764000000000-scheduler.migration.js';

/** The service's schema: nobody else reads or writes it. Rows are read by SQL, so there are no entities. */
export const JOB_SCHEDULER_PERSISTENCE: PersistenceOptions = {
  schema: 'job_scheduler',
  entities: [],
  migrations: [
    Scheduler1764000000000,
    SignedManifests1764000000001,
    JobReach1764000000002,
    Approval1764900000000,
    Rollout1765000000000,
    InstallTime1765000000001,
    Retry1765100000000,
    Timeouts1765100000001,
    Pace1765100000002,
    TargetProfiles1765300000000,
    JobTemplates1765300000001,
    Archive1765300000002,
    TargetFilter1765300000003,
    LateJoiners1765400000000,
    Recurrence1765500000000,
    Windows1765600000001,
    ReexecuteFilter1765600000002,
    UserPolicy1765800000000,
    OwnTime1765700000050,
    FoundSoFar1765900000000,
    MemberChanges1766000000000,
    Offers1766100000000,
  ],
};
