import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The executions that have not ended, for questions about all of them (which of them are stuck). Its condition names a column that the
 * indexes of final statuses name already, so updates stay heap-only; its key is the same for a whole job, so it is small.
 */
export class OpenExecutions1764800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE INDEX executions_open ON executions (job_id) WHERE final_status IS NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX executions_open`);
  }
}
