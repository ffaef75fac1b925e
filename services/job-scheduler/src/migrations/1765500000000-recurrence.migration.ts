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
        ended text
      )`);
    // {id, number, of, recurrence}; null for a job that is done once
    await runner.query('ALTER TABLE jobs ADD COLUMN series jsonb');
    await runner.query(`
      CREATE UNIQUE INDEX jobs_series ON jobs (((series->>'id')::uuid), ((series->>'number')::int)) WHERE series IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX jobs_series');
    await runner.query('ALTER TABLE jobs DROP COLUMN series');
    await runner.query('DROP TABLE job_series');
  }
}
