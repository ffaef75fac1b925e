import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What users of computers may install by themselves, and what they asked for. */
export class Offers1766100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE offers (
        id uuid PRIMARY KEY,
        package text COLLATE "C" NOT NULL,
        version text COLLATE "C" NOT NULL,
        version_id uuid NOT NULL REFERENCES version_copies,
        groups text[] NOT NULL,
        group_ids uuid[] NOT NULL,
        -- of the package, for limits of roles
        category text,
        approval text NOT NULL CHECK (approval IN ('none', 'required')),
        created_at timestamptz NOT NULL,
        created_by text COLLATE "C" NOT NULL,
        -- kept for the requests that were made
        removed_at timestamptz
      );
      CREATE INDEX offers_groups ON offers USING gin (group_ids) WHERE removed_at IS NULL;
      CREATE TABLE offer_requests (
        id uuid PRIMARY KEY,
        offer_id uuid NOT NULL REFERENCES offers,
        computer_id uuid NOT NULL,
        computer_name text COLLATE "C" NOT NULL,
        state text NOT NULL CHECK (state IN ('pending', 'approved', 'rejected')),
        job_id uuid REFERENCES jobs ON DELETE SET NULL,
        reason text,
        requested_at timestamptz NOT NULL,
        decided_at timestamptz,
        decided_by text COLLATE "C"
      );
      CREATE INDEX offer_requests_computer ON offer_requests (computer_id, offer_id, requested_at);
      CREATE INDEX offer_requests_pending ON offer_requests (offer_id) WHERE state = 'pending';
      CREATE INDEX offer_requests_time ON offer_requests (requested_at, id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE offer_requests, offers');
  }
}
