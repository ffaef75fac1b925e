import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Gateway1790000000000 implements MigrationInterface {
  readonly name = 'Gateway1790000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE credentials (
        id           uuid PRIMARY KEY,
        kind         text NOT NULL CHECK (kind IN ('session', 'apiToken')),
        name         text NOT NULL,
        secret_hash  bytea NOT NULL UNIQUE,
        account      text NOT NULL,
        created_at   timestamptz NOT NULL DEFAULT now(),
        expires_at   timestamptz,
        last_used_at timestamptz
      );
      CREATE INDEX credentials_list ON credentials (kind, created_at, id);
      CREATE INDEX credentials_expiry ON credentials (expires_at) WHERE expires_at IS NOT NULL;

      CREATE TABLE idempotent_requests (
        account      text NOT NULL,
        key          text NOT NULL,
        -- method and path: the same key on another call is the client's mistake
        operation    text NOT NULL,
        body_hash    bytea NOT NULL,
        -- chosen at the first try, so that a repeated creation meets the same resource
        resource_id  uuid NOT NULL,
        locked_until timestamptz,
        status       int,
        response     jsonb,
        created_at   timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (account, key)
      );
      CREATE INDEX idempotent_requests_age ON idempotent_requests (created_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE idempotent_requests; DROP TABLE credentials;');
  }
}
