import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Failed logins, counted by all replicas together, and where accounts have logged in from. */
export class LoginThrottle1790300000000 implements MigrationInterface {
  readonly name = 'LoginThrottle1790300000000';

  async up(runner: QueryRunner): Promise<void> {
    // columns as rate-limiter-flexible wants them; expire in ms since 1970
    await runner.query(`
      CREATE TABLE login_failures (
        key    varchar(255) PRIMARY KEY,
        points integer NOT NULL DEFAULT 0,
        expire bigint
      );
      CREATE INDEX login_failures_expire ON login_failures (expire);
      CREATE TABLE login_addresses (
        account_id    uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        address       text NOT NULL,
        last_login_at timestamptz NOT NULL,
        PRIMARY KEY (account_id, address)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE login_addresses; DROP TABLE login_failures');
  }
}
