import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How far the search for a run's targets has come. */
export class FoundSoFar1765900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE jobs ADD COLUMN found jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE jobs DROP COLUMN found');
  }
}
