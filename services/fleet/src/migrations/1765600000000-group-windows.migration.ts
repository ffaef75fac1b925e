import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When computers of groups may be changed. */
export class GroupWindows1765600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- zone and weekly intervals; null: those of the nearest group above, by name
      ALTER TABLE groups ADD COLUMN windows jsonb;
      CREATE INDEX groups_with_windows ON groups (name) WHERE windows IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE groups DROP COLUMN windows');
  }
}
