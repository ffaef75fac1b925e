import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What is kept beside the hot row of an execution.
 *
 * The current attempt lives in `executions`; a re-execution copies it to `past_attempts` first. Steps, log tail and evidence of every
 * attempt are in `attempt_details`, written only when a report carries some: most reports carry none, and a second row per
 * report would halve the ingest.
 */
export class Attempts1764000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE past_attempts (
        job_id uuid NOT NULL,
        run int NOT NULL,
        computer_id uuid NOT NULL,
        attempt int NOT NULL,
        seq int NOT NULL,
        presumed boolean NOT NULL,
        status text NOT NULL,
        reason text,
        message text,
        exit_code bigint,
        started_at timestamptz,
        finished_at timestamptz,
        PRIMARY KEY (job_id, run, computer_id, attempt)
      )`);
    await runner.query(`
      CREATE TABLE attempt_details (
        job_id uuid NOT NULL,
        run int NOT NULL,
        computer_id uuid NOT NULL,
        attempt int NOT NULL,
        seq int NOT NULL,
        steps jsonb,
        log_tail text,
        evidence text,
        PRIMARY KEY (job_id, run, computer_id, attempt)
      )`);
    await runner.query(`
      CREATE TABLE anomalies (
        id uuid PRIMARY KEY,
        job_id uuid NOT NULL,
        run int NOT NULL,
        computer_id uuid NOT NULL,
        attempt int NOT NULL,
        seq int NOT NULL,
        kind text NOT NULL,
        report jsonb NOT NULL,
        at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (job_id, run, computer_id, attempt, seq, kind)
      )`);
    await runner.query(`
      CREATE TABLE reopenings (
        request_id uuid PRIMARY KEY,
        job_id uuid NOT NULL,
        run int NOT NULL,
        attempt int NOT NULL,
        total int NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query(`
      CREATE TABLE reopened_executions (
        request_id uuid NOT NULL REFERENCES reopenings ON DELETE CASCADE,
        computer_id uuid NOT NULL,
        PRIMARY KEY (request_id, computer_id)
      )`);
    await runner.query(`
      CREATE TABLE run_closings (
        job_id uuid NOT NULL,
        run int NOT NULL,
        -- attempts up to and including this one are closed
        max_attempt int NOT NULL,
        status text NOT NULL CHECK (status IN ('canceled', 'expired')),
        message text NOT NULL,
        -- when the agents' grace ends
        due_at timestamptz NOT NULL,
        swept_at timestamptz,
        PRIMARY KEY (job_id, run, max_attempt)
      )`);
    await runner.query(`CREATE INDEX run_closings_due ON run_closings (due_at) WHERE swept_at IS NULL`);
    await runner.query(
      `CREATE TABLE removed_computers (computer_id uuid PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())`,
    );
    await runner.query(`
      CREATE UNLOGGED TABLE download_progress (
        job_id uuid NOT NULL,
        run int NOT NULL,
        computer_id uuid NOT NULL,
        attempt int NOT NULL,
        bytes_done bigint NOT NULL,
        bytes_total bigint NOT NULL,
        at timestamptz NOT NULL,
        PRIMARY KEY (job_id, run, computer_id)
      ) WITH (fillfactor = 60)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `DROP TABLE download_progress, removed_computers, run_closings, reopened_executions, reopenings, anomalies, attempt_details, past_attempts`,
    );
  }
}
