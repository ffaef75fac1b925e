import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How many of the reopened executions had failed: a repeated request is answered as the first one was. */
export class ReopenedFailures1765200000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE reopenings ADD COLUMN failed int NOT NULL DEFAULT 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE reopenings DROP COLUMN failed');
  }
}
