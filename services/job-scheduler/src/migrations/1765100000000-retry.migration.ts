import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Computers that failed try again by themselves. */
export class Retry1765100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // as ordered; null: one attempt for each order
    await runner.query('ALTER TABLE jobs ADD COLUMN retry jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE jobs DROP COLUMN retry');
  }
}
