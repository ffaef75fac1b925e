import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where events are sent, and each event on its way there. */
export class Webhooks1790400000000 implements MigrationInterface {
  readonly name = 'Webhooks1790400000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE webhooks (
        id            uuid PRIMARY KEY,
        name          text NOT NULL,
        url           text NOT NULL,
        events        text[] NOT NULL,
        enabled       boolean NOT NULL,
        -- as it is: every signature is made with it
        secret        bytea NOT NULL,
        failing_since timestamptz,
        created_at    timestamptz NOT NULL,
        revision      int NOT NULL
      );

      CREATE TABLE webhook_deliveries (
        id              uuid PRIMARY KEY,
        webhook_id      uuid NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
        event_id        uuid NOT NULL,
        event           text NOT NULL,
        -- the bytes that are signed and sent
        body            text NOT NULL,
        state           text NOT NULL CHECK (state IN ('pending', 'delivered', 'dead')),
        attempts        int NOT NULL DEFAULT 0,
        -- at so many it is dead
        attempts_until  int NOT NULL,
        created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
        pending_since   timestamptz NOT NULL DEFAULT clock_timestamp(),
        -- of a claimed one: when the lease of who has it ends
        next_attempt_at timestamptz,
        answered_at     timestamptz,
        answer_ms       int,
        answer_status   int,
        answer_error    text,
        answer_text     text,
        CHECK ((state = 'pending') = (next_attempt_at IS NOT NULL)),
        UNIQUE (webhook_id, event_id)
      );
      CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, next_attempt_at) WHERE state = 'pending';
      CREATE INDEX webhook_deliveries_dead ON webhook_deliveries (webhook_id, created_at, id) WHERE state = 'dead';
      CREATE INDEX webhook_deliveries_list ON webhook_deliveries (webhook_id, created_at, id);
      CREATE INDEX webhook_deliveries_answered ON webhook_deliveries (answered_at) WHERE state <> 'pending';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE webhook_deliveries; DROP TABLE webhooks;');
  }
}
