import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tells deliveries that are being sent from those that wait, and finds pings of disabled webhooks without looking through all that is pending. */
export class ClaimedDeliveries1790500000000 implements MigrationInterface {
  readonly name = 'ClaimedDeliveries1790500000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- of a pending one: somebody sends it, or has died doing so
      ALTER TABLE webhook_deliveries ADD COLUMN claimed boolean NOT NULL DEFAULT false;
      CREATE INDEX webhook_deliveries_pings ON webhook_deliveries (next_attempt_at)
      WHERE state = 'pending' AND event = 'webhook.ping'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX webhook_deliveries_pings; ALTER TABLE webhook_deliveries DROP COLUMN claimed;');
  }
}
