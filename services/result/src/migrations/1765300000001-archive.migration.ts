import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What stays of runs whose executions are no longer kept. Their counters stay in `run_counters`. */
export class Archive1765300000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE run_archives (
        job_id uuid NOT NULL,
        run int NOT NULL,
        archived_at timestamptz NOT NULL,
        -- as it was at that moment
        report jsonb NOT NULL,
        -- when the last of its executions was deleted
        emptied_at timestamptz,
        PRIMARY KEY (job_id, run)
      )`);
    await runner.query('CREATE INDEX run_archives_full ON run_archives (archived_at) WHERE emptied_at IS NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE run_archives');
  }
}
