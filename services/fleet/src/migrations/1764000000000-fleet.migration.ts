import { OUTBOX_SQL } from '@waybill/messaging';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Everything this service stores.
 *
 * Names sort by code point (collation "C"), the same on every machine. Times have milliseconds, as JavaScript, cursors
 * and commands have: `member_since <= resolved_at` must come out the same here and on the computer.
 * Locks are always taken in this order: membership fence, group, computer (ascending id), enrolment token.
 */
export class Fleet1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(OUTBOX_SQL);
    await runner.query(`
      CREATE TABLE groups (
        id uuid PRIMARY KEY,
        name text COLLATE "C" NOT NULL UNIQUE,
        kind text NOT NULL CHECK (kind = 'static'),
        description text,
        -- of its command stream
        generation int NOT NULL DEFAULT 1,
        created_at timestamptz(3) NOT NULL DEFAULT date_trunc('milliseconds', now()),
        revision int NOT NULL DEFAULT 1,
        -- the request that made it: the same request delivered twice is answered, not refused
        request_id text
      )`);
    await runner.query(`
      CREATE TABLE enrolment_tokens (
        id uuid PRIMARY KEY,
        -- SHA-256 of the secret
        secret_hash bytea NOT NULL UNIQUE,
        group_ids uuid[] NOT NULL,
        max_uses int NOT NULL,
        uses int NOT NULL DEFAULT 0,
        expires_at timestamptz(3) NOT NULL,
        created_at timestamptz(3) NOT NULL DEFAULT date_trunc('milliseconds', now()),
        CHECK (uses BETWEEN 0 AND max_uses)
      )`);
    await runner.query(`
      CREATE TABLE computers (
        id uuid PRIMARY KEY,
        -- Ed25519, SPKI DER in base64url: who it is
        public_key text COLLATE "C" NOT NULL UNIQUE,
        -- the token it came with; kept when the token is removed
        enrolled_with uuid NOT NULL,
        enrolled_at timestamptz(3) NOT NULL DEFAULT date_trunc('milliseconds', now()),
        name text COLLATE "C" NOT NULL,
        -- as the agent says; the name follows it until an administrator gives another one
        hostname text COLLATE "C" NOT NULL,
        os text COLLATE "C",
        arch text COLLATE "C",
        distribution text COLLATE "C",
        agent_version text COLLATE "C",
        attributes jsonb NOT NULL DEFAULT '{}',
        inventory jsonb,
        -- SHA-256 of each part: the same again changes nothing
        inventory_digest bytea,
        software_digest bytea,
        online boolean NOT NULL DEFAULT false,
        -- last connect or disconnect
        last_seen_at timestamptz(3),
        -- of what administrators change
        revision int NOT NULL DEFAULT 1
      )`);
    await runner.query('CREATE INDEX computers_name ON computers (name, id)');
    await runner.query(`
      CREATE TABLE memberships (
        group_id uuid NOT NULL REFERENCES groups ON DELETE CASCADE,
        computer_id uuid NOT NULL REFERENCES computers ON DELETE CASCADE,
        member_since timestamptz(3) NOT NULL,
        PRIMARY KEY (group_id, computer_id)
      )`);
    await runner.query('CREATE INDEX memberships_computer ON memberships (computer_id, group_id, member_since)');
    await runner.query(`
      CREATE TABLE software (
        computer_id uuid NOT NULL REFERENCES computers ON DELETE CASCADE,
        name text COLLATE "C" NOT NULL,
        version text COLLATE "C" NOT NULL,
        source text COLLATE "C" NOT NULL,
        PRIMARY KEY (computer_id, name, version, source)
      )`);
    // Unlogged: 500 token requests/s need no disk writes for it. A crash of the database empties it, and an assertion that
    // somebody had overheard could be used again for what is left of its five minutes.
    await runner.query(`
      CREATE UNLOGGED TABLE used_assertions (
        computer_id uuid NOT NULL,
        jti text COLLATE "C" NOT NULL,
        used_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        gone_at timestamptz NOT NULL,
        PRIMARY KEY (computer_id, jti)
      )`);
    await runner.query('CREATE INDEX used_assertions_gone ON used_assertions (gone_at)');
    await runner.query(`
      CREATE TABLE revocations (
        computer_id uuid PRIMARY KEY,
        -- a token fetched after this moment is a new one
        since timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        attempts int NOT NULL DEFAULT 0
      )`);
    await runner.query('CREATE INDEX revocations_due ON revocations (due_at)');
    await runner.query(`
      CREATE TABLE retired_streams (
        stream text COLLATE "C" PRIMARY KEY,
        delete_after timestamptz NOT NULL
      )`);
    // Connections of agents to the broker, by the broker's name for them ("client -> server"); the newest of a name counts.
    // Closed ones stay for a while, or a replica that is behind would open them again.
    await runner.query(`
      CREATE TABLE connections (
        name text COLLATE "C" PRIMARY KEY,
        computer_id uuid NOT NULL,
        connected_at timestamptz(3) NOT NULL,
        closed_at timestamptz(3)
      )`);
    await runner.query('CREATE INDEX connections_computer ON connections (computer_id) WHERE closed_at IS NULL');
    await runner.query('CREATE INDEX connections_closed ON connections (closed_at) WHERE closed_at IS NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE connections, retired_streams, revocations, used_assertions, software, memberships, computers, enrolment_tokens, groups, outbox',
    );
  }
}
