import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Waves, gates and stop conditions. */
export class Rollout1765000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE jobs
        -- as ordered; null: everybody at once, whatever happens
        ADD COLUMN rollout jsonb,
        ADD COLUMN stop_when jsonb,
        -- how far it has come; null when neither was ordered
        ADD COLUMN rollout_state jsonb`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE jobs DROP COLUMN rollout, DROP COLUMN stop_when, DROP COLUMN rollout_state');
  }
}
