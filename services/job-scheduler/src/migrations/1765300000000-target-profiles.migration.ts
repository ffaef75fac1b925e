import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What reports tell computers apart by, as it was when the job started. */
export class TargetProfiles1765300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE job_targets
        ADD COLUMN platform text,
        ADD COLUMN site text,
        -- positions in the job's groups, from 0
        ADD COLUMN groups smallint[]`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE job_targets DROP COLUMN platform, DROP COLUMN site, DROP COLUMN groups');
  }
}
