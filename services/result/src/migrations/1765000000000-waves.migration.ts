import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Executions belong to waves, and are counted by wave. */
export class Waves1765000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // constants as defaults: no row is written anew
    await runner.query(`ALTER TABLE executions ADD COLUMN wave smallint NOT NULL DEFAULT 1`);
    await runner.query(`
      ALTER TABLE run_counters ADD COLUMN wave smallint NOT NULL DEFAULT 1,
        DROP CONSTRAINT run_counters_pkey, ADD PRIMARY KEY (job_id, run, wave, slot)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      WITH later AS (DELETE FROM run_counters WHERE wave > 1 RETURNING *)
      INSERT INTO run_counters SELECT (jsonb_populate_record(l, jsonb_build_object('wave', 1, 'slot', l.slot + l.wave * 8))).* FROM later l`);
    await runner.query(`
      ALTER TABLE run_counters DROP CONSTRAINT run_counters_pkey, DROP COLUMN wave, ADD PRIMARY KEY (job_id, run, slot)`);
    await runner.query(`ALTER TABLE executions DROP COLUMN wave`);
  }
}
