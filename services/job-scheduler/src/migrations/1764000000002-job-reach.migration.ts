import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whose a job is: what limits of roles are compared with, and which account made it. */
export class JobReach1764000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // jobs from before have neither: whoever is limited does not see them
    await runner.query(`ALTER TABLE jobs ADD COLUMN category text COLLATE "C", ADD COLUMN created_by_id text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE jobs DROP COLUMN category, DROP COLUMN created_by_id`);
  }
}
