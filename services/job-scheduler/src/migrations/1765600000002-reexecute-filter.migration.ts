import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Re-executions of what fits a filter. */
export class ReexecuteFilter1765600000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE reexecutions
        -- RSQL over executions
        ADD COLUMN filter text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE reexecutions DROP COLUMN filter');
  }
}
