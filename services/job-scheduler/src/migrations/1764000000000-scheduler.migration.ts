import { OUTBOX_SQL } from '@waybill/messaging';
import type { MigrationInterface, QueryRunner } from 'typeorm';

// Neither name is unique: a package or group may be deleted and made again, and the two events may come in any order.
const CATALOGUE = `
CREATE TABLE version_copies (
  version_id uuid PRIMARY KEY,
  package text NOT NULL,
  version text NOT NULL,
  -- null while only the withdrawal has been heard of
  manifest jsonb,
  manifest_digest text,
  published_at timestamptz,
  withdrawn_at timestamptz
);
CREATE INDEX version_copies_name ON version_copies (package, version);
CREATE TABLE version_artifacts (
  version_id uuid NOT NULL REFERENCES version_copies ON DELETE CASCADE,
  sha256 text NOT NULL,
  object_key text NOT NULL,
  -- bytes
  size bigint NOT NULL,
  PRIMARY KEY (version_id, sha256)
);
CREATE TABLE group_copies (
  group_id uuid PRIMARY KEY,
  name text NOT NULL,
  generation int NOT NULL,
  revision int NOT NULL,
  deleted boolean NOT NULL
);
CREATE INDEX group_copies_name ON group_copies (name) WHERE NOT deleted;
`;

const JOBS = `
CREATE TABLE jobs (
  id uuid PRIMARY KEY,
  name text COLLATE "C" NOT NULL,
  package text COLLATE "C" NOT NULL,
  version text COLLATE "C" NOT NULL,
  version_id uuid NOT NULL REFERENCES version_copies,
  action text NOT NULL,
  groups text[] NOT NULL,
  group_ids uuid[] NOT NULL,
  computers uuid[] NOT NULL,
  exclude_groups text[] NOT NULL,
  exclude_group_ids uuid[] NOT NULL,
  exclude_computers uuid[] NOT NULL,
  start_at text,
  zone text NOT NULL,
  starts_at timestamptz NOT NULL,
  priority int NOT NULL,
  annotations jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  created_by text COLLATE "C" NOT NULL,
  status text NOT NULL,
  status_reason text,
  phase text NOT NULL,
  run int NOT NULL,
  attempt int NOT NULL,
  expires_at timestamptz NOT NULL,
  resolution uuid,
  resolved_at timestamptz,
  total int,
  started_at timestamptz,
  finished_at timestamptz,
  finished_attempt int,
  reexecution jsonb,
  revision int NOT NULL
);
CREATE INDEX jobs_created ON jobs (created_at, id);
CREATE INDEX jobs_starts ON jobs (starts_at, id);
CREATE INDEX jobs_status ON jobs (status, created_at, id);
CREATE INDEX jobs_name ON jobs (name, id);
CREATE INDEX jobs_package ON jobs (package, version);
`;

const TIMERS = `
CREATE TABLE timers (
  job_id uuid NOT NULL REFERENCES jobs ON DELETE CASCADE,
  kind text NOT NULL,
  due_at timestamptz NOT NULL,
  -- failures since it was set
  attempts int NOT NULL DEFAULT 0,
  PRIMARY KEY (job_id, kind)
);
CREATE INDEX timers_due ON timers (due_at, job_id);
`;

const TARGETS = `
CREATE TABLE job_targets (
  job_id uuid NOT NULL,
  run int NOT NULL,
  computer_id uuid NOT NULL,
  name text NOT NULL,
  online boolean NOT NULL,
  last_seen_at timestamptz,
  -- a command of this run went, or will go, to the computer's inbox and not only to a group
  by_inbox boolean NOT NULL,
  PRIMARY KEY (job_id, run, computer_id)
);
CREATE INDEX job_targets_computer ON job_targets (computer_id, job_id, run);
`;

const COMMANDS = `
CREATE TABLE command_streams (
  stream text PRIMARY KEY,
  -- of the newest command; gapless, because whoever raises it holds this row until commit
  seq bigint NOT NULL
);
CREATE TABLE commands (
  id uuid PRIMARY KEY,
  job_id uuid NOT NULL,
  run int NOT NULL,
  attempt int NOT NULL,
  kind text NOT NULL,
  stream text NOT NULL,
  seq bigint NOT NULL,
  issued_at timestamptz NOT NULL,
  UNIQUE (stream, seq)
);
CREATE INDEX commands_job ON commands (job_id, run, attempt);
CREATE TABLE anomaly_answers (
  job_id uuid NOT NULL,
  computer_id uuid NOT NULL,
  answered_at timestamptz NOT NULL,
  PRIMARY KEY (job_id, computer_id)
);
`;

const REEXECUTIONS = `
CREATE TABLE reexecutions (
  request_id uuid PRIMARY KEY,
  job_id uuid NOT NULL REFERENCES jobs ON DELETE CASCADE,
  actor text NOT NULL,
  -- failed, unsuccessful or computers
  matching text NOT NULL,
  computers uuid[],
  -- number that the new attempt gets if anybody is reopened
  attempt int NOT NULL,
  requested_at timestamptz NOT NULL,
  done_at timestamptz,
  -- how many were reopened, null until done
  reopened int
);
CREATE INDEX reexecutions_job ON reexecutions (job_id);
`;

/** Jobs, their timers and targets, the copies of what other services own, and the sequences of the command streams. */
export class Scheduler1764000000000 implements MigrationInterface {
  private readonly statements = [OUTBOX_SQL, CATALOGUE, JOBS, TIMERS, TARGETS, COMMANDS, REEXECUTIONS];

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of this.statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE reexecutions, anomaly_answers, commands, command_streams, job_targets, timers, jobs,
      group_copies, version_artifacts, version_copies, outbox`);
  }
}
