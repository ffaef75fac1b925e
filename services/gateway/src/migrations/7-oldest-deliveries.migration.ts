import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Finds what has waited longest for each webhook without looking at all that waits. */
export class OldestDeliveries1790600000000 implements MigrationInterface {
  readonly name = 'OldestDeliveries1790600000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX webhook_deliveries_oldest ON webhook_deliveries (webhook_id, pending_since) WHERE state = 'pending'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX webhook_deliveries_oldest');
  }
}
