import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Computers that failed try again by themselves. */
export class AttemptsOfOneOrder1765100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // a constant as default: no row is written anew
    await runner.query(`
      ALTER TABLE executions
        -- numbers in each block of attempts: 3 means that the computer may go on from 1 to 3 by itself, and from 4 to 6 after a re-execution
        ADD COLUMN attempts smallint NOT NULL DEFAULT 1`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE executions DROP COLUMN attempts');
  }
}
