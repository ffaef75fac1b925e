import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Bounds the anomalies of a computer: what is kept is found by its index, what ever came is counted. */
export class AnomalyCounters1764000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE anomaly_counters (
        computer_id uuid PRIMARY KEY,
        -- all that ever came, also those that are no longer kept
        total bigint NOT NULL DEFAULT 0,
        hour_began timestamptz NOT NULL DEFAULT now(),
        -- told to the scheduler since then
        told int NOT NULL DEFAULT 0
      )`);
    await runner.query(`
      INSERT INTO anomaly_counters (computer_id, total) SELECT computer_id, count(*) FROM anomalies GROUP BY computer_id`);
    await runner.query(`CREATE INDEX anomalies_of_computer ON anomalies (computer_id, id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX anomalies_of_computer`);
    await runner.query(`DROP TABLE anomaly_counters`);
  }
}
