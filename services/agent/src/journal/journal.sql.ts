/**
 * Tables of the journal, by version of the file (`PRAGMA user_version`). A script is never edited after a release: the
 * next version is appended.
 */
export const JOURNAL_MIGRATIONS = [
  `
  CREATE TABLE kv (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE streams (stream TEXT PRIMARY KEY, position INTEGER NOT NULL, seq INTEGER) WITHOUT ROWID;
  CREATE TABLE commands (id TEXT PRIMARY KEY, expires_at TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE executions (
    job_id TEXT NOT NULL, run INTEGER NOT NULL, attempt INTEGER NOT NULL,
    command TEXT NOT NULL,            -- JSON of the verified command
    accepted_at TEXT NOT NULL,
    status TEXT NOT NULL,
    verdict TEXT, cancel TEXT,        -- JSON
    report_seq INTEGER NOT NULL,
    finished_at TEXT,
    boot_id TEXT,
    last_report TEXT,                 -- JSON
    expires_at TEXT NOT NULL,
    PRIMARY KEY (job_id, run, attempt)
  );
  CREATE INDEX executions_open ON executions (accepted_at) WHERE finished_at IS NULL;
  CREATE TABLE steps (
    id INTEGER PRIMARY KEY,
    job_id TEXT NOT NULL, run INTEGER NOT NULL, attempt INTEGER NOT NULL, name TEXT NOT NULL,
    started_at TEXT NOT NULL, finished_at TEXT, ok INTEGER, detail TEXT, exit_code INTEGER, process TEXT,
    UNIQUE (job_id, run, attempt, name),
    FOREIGN KEY (job_id, run, attempt) REFERENCES executions ON DELETE CASCADE
  );
  CREATE TABLE cancels (
    job_id TEXT NOT NULL, run INTEGER NOT NULL, attempt INTEGER NOT NULL,
    status TEXT NOT NULL, reason TEXT NOT NULL, expires_at TEXT NOT NULL,
    PRIMARY KEY (job_id, run)
  );
  CREATE TABLE reports (
    ordinal INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    job_id TEXT NOT NULL, run INTEGER NOT NULL, attempt INTEGER NOT NULL,
    final INTEGER NOT NULL, report TEXT NOT NULL
  );
  CREATE INDEX reports_attempt ON reports (job_id, run, attempt);
  `,
  `ALTER TABLE reports ADD COLUMN refusal INTEGER NOT NULL DEFAULT 0;`,
  `ALTER TABLE executions ADD COLUMN not_before TEXT;`,
  // JSON
  `ALTER TABLE executions ADD COLUMN offer TEXT; ALTER TABLE executions ADD COLUMN restart TEXT;`,
];
