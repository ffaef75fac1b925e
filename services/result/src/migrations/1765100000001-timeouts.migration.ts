import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Computers that take too long. */
export class Timeouts1765100000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // set while the computer works without a wait between, null while it waits
    await runner.query('ALTER TABLE executions ADD COLUMN working_since timestamptz');
    await runner.query(`
      ALTER TABLE runs
        -- milliseconds, by what they limit; null: nothing is limited
        ADD COLUMN timeouts jsonb,
        -- when the run's executions are looked through next
        ADD COLUMN look_at timestamptz NOT NULL DEFAULT now()`);
    await runner.query(
      'CREATE INDEX runs_timeouts ON runs (look_at) WHERE timeouts IS NOT NULL AND NOT progressed_finished',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX runs_timeouts');
    await runner.query('ALTER TABLE runs DROP COLUMN timeouts, DROP COLUMN look_at');
    await runner.query('ALTER TABLE executions DROP COLUMN working_since');
  }
}
