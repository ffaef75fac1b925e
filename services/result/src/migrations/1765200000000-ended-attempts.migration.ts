import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Attempts that ended and are still to be told of. */
export class EndedAttempts1765200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE ended_attempts (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        job_id uuid NOT NULL,
        run int NOT NULL,
        -- of the same length: which attempt of which computer
        computers uuid[] NOT NULL,
        attempts int[] NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE ended_attempts`);
  }
}
