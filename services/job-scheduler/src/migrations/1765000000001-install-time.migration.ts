import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Installation apart from distribution. */
export class InstallTime1765000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // as it was written, and the moment that it means; null: as soon as the files are there
    await runner.query('ALTER TABLE jobs ADD COLUMN install_at text, ADD COLUMN installs_at timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE jobs DROP COLUMN install_at, DROP COLUMN installs_at');
  }
}
