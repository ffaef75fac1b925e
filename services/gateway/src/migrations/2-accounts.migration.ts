import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Accounts1790100000000 implements MigrationInterface {
  readonly name = 'Accounts1790100000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE accounts (
        id            uuid PRIMARY KEY,
        username      text NOT NULL UNIQUE CHECK (username = lower(username)),
        -- argon2id; null for the built-in administrator, whose password is configuration, and for accounts of an OIDC provider
        password_hash text,
        -- who the account is at the OIDC provider
        oidc_issuer   text,
        oidc_subject  text,
        grants        jsonb NOT NULL DEFAULT '[]',
        built_in      boolean NOT NULL DEFAULT false,
        disabled      boolean NOT NULL DEFAULT false,
        created_at    timestamptz NOT NULL DEFAULT now(),
        revision      int NOT NULL DEFAULT 1,
        CHECK ((oidc_issuer IS NULL) = (oidc_subject IS NULL)),
        UNIQUE (oidc_issuer, oidc_subject)
      );
      CREATE INDEX accounts_list ON accounts (created_at, id);
      INSERT INTO accounts (id, username, grants, built_in)
      VALUES ('01990000-0000-7000-8000-000000000001', 'admin', '[{"role":"administrator"}]', true);

      ALTER TABLE credentials ADD COLUMN account_id uuid REFERENCES accounts (id) ON DELETE CASCADE,
                              ADD COLUMN scopes text[],
                              ADD COLUMN address text;
      UPDATE credentials SET account_id = '01990000-0000-7000-8000-000000000001';
      ALTER TABLE credentials ALTER COLUMN account_id SET NOT NULL, DROP COLUMN account;
      CREATE INDEX credentials_account ON credentials (account_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE credentials ADD COLUMN account text;
      UPDATE credentials SET account = (SELECT username FROM accounts WHERE accounts.id = account_id);
      ALTER TABLE credentials ALTER COLUMN account SET NOT NULL,
                              DROP COLUMN account_id, DROP COLUMN scopes, DROP COLUMN address;
      DROP TABLE accounts;
    `);
  }
}
