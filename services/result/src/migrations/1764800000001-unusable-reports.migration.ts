import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Bounds the dead letters of a computer, and counts all of its reports that could never be used. */
export class UnusableReports1764800000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE unusable_reports (
        computer_id uuid PRIMARY KEY,
        -- all that ever came, also those that were dropped
        total bigint NOT NULL DEFAULT 0,
        hour_began timestamptz NOT NULL DEFAULT now(),
        -- dead letters since then, and their bytes
        letters int NOT NULL DEFAULT 0,
        bytes int NOT NULL DEFAULT 0
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE unusable_reports`);
  }
}
