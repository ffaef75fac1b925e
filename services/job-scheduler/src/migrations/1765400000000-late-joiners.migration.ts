import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Computers that join a job's groups after its start. */
export class LateJoiners1765400000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE jobs ADD COLUMN late_joiners text NOT NULL DEFAULT 'exclude';
      ALTER TABLE job_targets
        -- joined after the start: its first command is its own, and not that of its wave
        ADD COLUMN late boolean NOT NULL DEFAULT false;
      -- were targets, and are none any more whatever becomes of them
      CREATE TABLE job_leavers (
        job_id uuid NOT NULL,
        run int NOT NULL,
        computer_id uuid NOT NULL,
        PRIMARY KEY (job_id, run, computer_id)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE jobs DROP COLUMN late_joiners;
      ALTER TABLE job_targets DROP COLUMN late;
      DROP TABLE job_leavers`);
  }
}
