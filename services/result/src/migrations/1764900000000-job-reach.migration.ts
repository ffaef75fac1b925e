import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What limits of roles are compared with, by job; jobs from before have no row and are seen by those without limits only. */
export class JobReach1764900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE job_reach (
        job_id uuid PRIMARY KEY,
        groups text[] NOT NULL,
        -- it names computers one by one, not only groups
        single_computers boolean NOT NULL,
        category text
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE job_reach`);
  }
}
