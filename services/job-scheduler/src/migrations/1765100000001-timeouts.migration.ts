import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Computers that take too long. */
export class Timeouts1765100000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // as ordered; null: nothing is limited but by the job's expiry
    await runner.query('ALTER TABLE jobs ADD COLUMN timeouts jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE jobs DROP COLUMN timeouts');
  }
}
