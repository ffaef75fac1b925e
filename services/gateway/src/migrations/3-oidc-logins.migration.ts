import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Logins on their way to the OpenID provider and back. */
export class OidcLogins1790200000000 implements MigrationInterface {
  readonly name = 'OidcLogins1790200000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE oidc_logins (
        cookie_hash   bytea PRIMARY KEY,
        state         text NOT NULL,
        nonce         text NOT NULL,
        code_verifier text NOT NULL,
        expires_at    timestamptz NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE oidc_logins');
  }
}
