import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Jobs for the computers that fit a filter. */
export class TargetFilter1765300000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE jobs
        -- RSQL, read at the start; null: everybody who is named
        ADD COLUMN filter text,
        -- most computers that were confirmed; null without a filter
        ADD COLUMN most_targets int`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE jobs DROP COLUMN filter, DROP COLUMN most_targets');
  }
}
