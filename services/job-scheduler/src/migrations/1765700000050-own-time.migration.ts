import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Jobs by each computer's own time: agents are told the expiry as it was written. */
export class OwnTime1765700000050 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE jobs ADD COLUMN expire_at text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE jobs DROP COLUMN expire_at');
  }
}
