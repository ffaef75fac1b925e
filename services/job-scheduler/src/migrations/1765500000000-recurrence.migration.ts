import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Recurring jobs: when their runs are, and which jobs are runs of which. */
export class Recurrence1765500000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE job_series (
        -- of the first run
        id uuid PRIMARY KEY REFERENCES jobs ON DELETE CASCADE,
        recurrence jsonb NOT NULL,
        -- who ended it, and why; null while further runs are made
        ended text,
        -- the newest that was given to a run
        approval jsonb
      )`);
    // {id, number, of, recurrence}; null for a job that is done once
    await runner.query('ALTER TABLE jobs ADD COLUMN series jsonb');
    await runner.query(`
      CREATE UNIQUE INDEX jobs_series ON jobs (((series->>'id')::uuid), ((series->>'number')::int)) WHERE series IS NOT NULL`);
    // at most one of each, usually: finding it must not take longer the more runs there were
    await runner.query(`
      CREATE INDEX jobs_series_unfinished ON jobs (((series->>'id')::uuid))
      WHERE series IS NOT NULL AND status NOT IN ('completed', 'canceled', 'expired')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX jobs_series, jobs_series_unfinished');
    await runner.query('ALTER TABLE jobs DROP COLUMN series');
    await runner.query('DROP TABLE job_series');
  }
}
