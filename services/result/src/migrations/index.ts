import { AttemptsOfOneOrder1765100000000 } from './1765100000000-attempts-of-one-order.migration.js';
import { Timeouts1765100000001 } from './1765100000001-timeouts.migration.js';
import { ReopenedFailures1765200000001 } from './1765200000001-reopened-failures.migration.js';
import { AnomalyCounters1764000000002 } from './1764000000002-anomaly-counters.migration.js';
import { Attempts1764000000001 } from './1764000000001-attempts.migration.js';
import { EndedAttempts1765200000000 } from './1765200000000-ended-attempts.migration.js';
import { Executions1764000000000 } from './1764000000000-executions.migration.js';
import { JobReach1764900000000 } from './1764900000000-job-reach.migration.js';
import { Messaging1763999999999 } from './1763999999999-messaging.migration.js';
import { OpenExecutions1764800000000 } from './1764800000000-open-executions.migration.js';
import { Waves1765000000000 } from './1765000000000-waves.migration.js';
import { Archive1765300000001 } from './1765300000001-archive.migration.js';
import { RunProfiles1765300000000 } from './1765300000000-run-profiles.migration.js';
import { UnusableReports1764800000001 } from './1764800000001-unusable-reports.migration.js';

/** All migrations of the schema `result`, oldest first. */
export const MIGRATIONS = [
  Messaging1763999999999,
  Executions1764000000000,
  Attempts1764000000001,
  AnomalyCounters1764000000002,
  OpenExecutions1764800000000,
  UnusableReports1764800000001,
  JobReach1764900000000,
  Waves1765000000000,
  AttemptsOfOneOrder1765100000000,
  Timeouts1765100000001,
  EndedAttempts1765200000000,
  ReopenedFailures1765200000001,
  RunProfiles1765300000000,
  Archive1765300000001,
];
