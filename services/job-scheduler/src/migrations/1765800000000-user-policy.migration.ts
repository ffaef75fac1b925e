import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What users of computers are told and may decide. */
export class UserPolicy1765800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // as ordered; null: nobody is told or asked. Not named "user", which PostgreSQL reserves.
    await runner.query('ALTER TABLE jobs ADD COLUMN user_policy jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE jobs DROP COLUMN user_policy');
  }
}
