import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Jobs that ended long ago: what became of each computer is no longer kept. */
export class Archive1765300000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE jobs ADD COLUMN archived_at timestamptz');
    await runner.query(
      'CREATE INDEX jobs_to_archive ON jobs (finished_at) WHERE finished_at IS NOT NULL AND archived_at IS NULL',
    );
    await runner.query('CREATE INDEX jobs_archived ON jobs (archived_at) WHERE archived_at IS NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX jobs_to_archive, jobs_archived');
    await runner.query('ALTER TABLE jobs DROP COLUMN archived_at');
  }
}
