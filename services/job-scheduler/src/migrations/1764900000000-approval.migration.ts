import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Jobs that a second person must approve. */
export class Approval1764900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE jobs ADD COLUMN approval jsonb`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE jobs DROP COLUMN approval`);
  }
}
