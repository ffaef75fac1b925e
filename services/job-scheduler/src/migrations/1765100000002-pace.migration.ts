import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Jobs that tell their computers little by little. */
export class Pace1765100000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE job_targets
        -- in the order in which they are told, as the wave functions have it; null: the job tells a whole wave at once
        ADD COLUMN position bigint,
        ADD COLUMN told boolean NOT NULL DEFAULT false`);
    await runner.query(
      'CREATE INDEX job_targets_untold ON job_targets (job_id, run, position) WHERE position IS NOT NULL AND NOT told',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE job_targets DROP COLUMN position, DROP COLUMN told');
  }
}
