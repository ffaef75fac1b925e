import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Jobs that heed the windows of groups, or do not. */
export class Windows1765600000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE jobs ADD COLUMN windows text NOT NULL DEFAULT 'group'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE jobs DROP COLUMN windows');
  }
}
