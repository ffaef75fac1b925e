import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What reports tell computers apart by. Computers that are alike share one row, and an execution names it by a number of four bytes: the hot
 * row that every report writes anew stays small, and a report of 300,000 executions groups them by that number.
 */
export class RunProfiles1765300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE run_profiles (
        job_id uuid NOT NULL,
        run int NOT NULL,
        -- of what it says
        digest uuid NOT NULL,
        id int NOT NULL,
        platform text,
        site text,
        -- positions in job_reach.groups, from 0
        groups smallint[] NOT NULL,
        PRIMARY KEY (job_id, run, digest)
      )`);
    // null in executions from before
    await runner.query('ALTER TABLE executions ADD COLUMN profile int');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE executions DROP COLUMN profile');
    await runner.query('DROP TABLE run_profiles');
  }
}
