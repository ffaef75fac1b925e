import type { MigrationInterface, QueryRunner } from 'typeorm';
import { COUNTER_COLUMNS } from '../executions/counters.sql.js';

/**
 * Runs, executions and their counters.
 *
 * `executions` takes one update per report, so its indexes are chosen for heap-only (HOT) updates: every indexed column is
 * immutable but `final_status`, which changes once per attempt. Measured in ingest/ingest-batch.sql.ts.
 * No foreign key from executions to runs: it would cost a share lock on one hot row per insert and protects nothing, since
 * only assignment inserts and it holds the run's row lock.
 */
export class Executions1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE runs (
        job_id uuid NOT NULL,
        run int NOT NULL,
        -- both null while only a cancel has been heard of
        chunks int,
        announced_total int,
        ready boolean NOT NULL DEFAULT false,
        -- highest attempt issued
        attempt int NOT NULL DEFAULT 1,
        -- last job.progressed.v1 and whether it said that all were finished
        progressed_at timestamptz,
        progressed_finished boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (job_id, run)
      )`);
    await runner.query(`
      CREATE TABLE run_chunks (
        job_id uuid NOT NULL,
        run int NOT NULL,
        chunk int NOT NULL,
        PRIMARY KEY (job_id, run, chunk)
      )`);
    await runner.query(`
      CREATE TABLE executions (
        job_id uuid NOT NULL,
        computer_id uuid NOT NULL,
        run int NOT NULL,
        attempt int NOT NULL DEFAULT 1,
        -- newest report applied of this attempt, 0 when none
        seq int NOT NULL DEFAULT 0,
        -- the server closed it without a word from the agent, whose own word may still overrule
        presumed boolean NOT NULL DEFAULT false,
        queued_at timestamptz NOT NULL DEFAULT now(),
        started_at timestamptz,
        finished_at timestamptz,
        updated_at timestamptz NOT NULL DEFAULT now(),
        exit_code bigint,
        status text NOT NULL,
        final_status text GENERATED ALWAYS AS (
          CASE WHEN status IN ('succeeded', 'failed', 'rejected', 'timedOut', 'expired', 'canceled') THEN status END
        ) STORED,
        computer_name text COLLATE "C" NOT NULL,
        reason text,
        message text,
        PRIMARY KEY (job_id, run, computer_id)
      ) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05)`);
    await runner.query(`CREATE INDEX executions_of_computer ON executions (computer_id, job_id, run)`);
    await runner.query(`CREATE INDEX executions_by_name ON executions (job_id, run, computer_name, computer_id)`);
    await runner.query(
      `CREATE INDEX executions_final ON executions (job_id, run, final_status, computer_id) WHERE final_status IS NOT NULL`,
    );
    await runner.query(`
      CREATE TABLE run_counters (
        job_id uuid NOT NULL,
        run int NOT NULL,
        slot smallint NOT NULL,
        -- changed since the last job.progressed.v1
        dirty boolean NOT NULL DEFAULT true,
        ${COUNTER_COLUMNS.map((column) => `${column} int NOT NULL DEFAULT 0`).join(',\n        ')},
        PRIMARY KEY (job_id, run, slot)
      ) WITH (fillfactor = 30)`);
    await runner.query(`CREATE INDEX run_counters_dirty ON run_counters (job_id, run) WHERE dirty`);
    await runner.query(`
      CREATE TABLE execution_changes (
        id bigint GENERATED ALWAYS AS IDENTITY,
        job_id uuid NOT NULL,
        run int NOT NULL,
        changed_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
        at timestamptz NOT NULL DEFAULT now(),
        computers uuid[] NOT NULL,
        PRIMARY KEY (job_id, changed_xid, id)
      )`);
    await runner.query(`CREATE INDEX execution_changes_age ON execution_changes USING brin (at)`);
    await runner.query(
      `CREATE TABLE execution_changes_horizon (single boolean PRIMARY KEY DEFAULT true CHECK (single), forgotten_xid xid8 NOT NULL)`,
    );
    await runner.query(`INSERT INTO execution_changes_horizon (forgotten_xid) VALUES ('0')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `DROP TABLE execution_changes_horizon, execution_changes, run_counters, executions, run_chunks, runs`,
    );
  }
}
