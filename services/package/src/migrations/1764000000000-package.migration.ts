import { OUTBOX_SQL } from '@waybill/messaging';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Everything this service stores.
 *
 * Names sort by code point (collation "C"), the same on every machine. Times have milliseconds, as JavaScript and cursors have.
 * Locks are always taken in this order: package, version, upload, artifact.
 */
export class Package1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE packages (
        name text COLLATE "C" PRIMARY KEY,
        title text NOT NULL,
        publisher text,
        description text,
        category text,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        updated_at timestamptz(3) NOT NULL DEFAULT now(),
        revision int NOT NULL DEFAULT 1,
        -- the request that made or last changed it: the same request delivered twice is answered, not refused
        last_request text NOT NULL
      )`);
    await runner.query(`
      CREATE TABLE versions (
        id uuid PRIMARY KEY,
        package text COLLATE "C" NOT NULL REFERENCES packages ON DELETE CASCADE,
        version text COLLATE "C" NOT NULL,
        version_scheme text NOT NULL,
        status text NOT NULL CHECK (status IN ('draft', 'published', 'withdrawn')),
        manifest jsonb NOT NULL,
        manifest_digest text,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        published_at timestamptz(3),
        withdrawn_at timestamptz(3),
        revision int NOT NULL DEFAULT 1,
        UNIQUE (package, version),
        CHECK ((status = 'draft') = (published_at IS NULL) AND (status = 'draft') = (manifest_digest IS NULL)),
        CHECK ((status = 'withdrawn') = (withdrawn_at IS NOT NULL))
      )`);
    await runner.query(`CREATE INDEX versions_by_age ON versions (package, created_at, version)`);
    // One row per content: the first object that held these bytes stays, whoever uploads them again.
    await runner.query(`
      CREATE TABLE artifacts (
        sha256 text COLLATE "C" PRIMARY KEY,
        size bigint NOT NULL,
        object_key text NOT NULL UNIQUE,
        created_at timestamptz(3) NOT NULL DEFAULT now()
      )`);
    // The reference keeps the sweep from taking bytes that a version has just come to need.
    await runner.query(`
      CREATE TABLE version_files (
        version_id uuid NOT NULL REFERENCES versions ON DELETE CASCADE,
        file text COLLATE "C" NOT NULL,
        sha256 text COLLATE "C" NOT NULL REFERENCES artifacts,
        PRIMARY KEY (version_id, file)
      )`);
    await runner.query(`CREATE INDEX version_files_by_content ON version_files (sha256)`);
    // An upload outlives its version, else nobody would know which object to remove.
    await runner.query(`
      CREATE TABLE uploads (
        id uuid PRIMARY KEY,
        version_id uuid REFERENCES versions ON DELETE SET NULL,
        file text NOT NULL,
        object_key text NOT NULL UNIQUE,
        status text NOT NULL CHECK (status IN ('pending', 'completed', 'aborted', 'abandoned')),
        sha256 text,
        size bigint,
        deduplicated boolean,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        closed_at timestamptz(3)
      )`);
    await runner.query(`CREATE INDEX uploads_of_version ON uploads (version_id)`);
    await runner.query(`CREATE INDEX uploads_pending ON uploads (created_at) WHERE status = 'pending'`);
    await runner.query(`CREATE INDEX uploads_closed ON uploads (closed_at) WHERE closed_at IS NOT NULL`);
    // Objects to remove: written in the transaction that gave them up, so that a crash leaves no orphan in the bucket.
    await runner.query(`
      CREATE TABLE discarded_objects (
        object_key text PRIMARY KEY,
        due_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query(`CREATE INDEX discarded_objects_due ON discarded_objects (due_at)`);
    await runner.query(OUTBOX_SQL);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE outbox, discarded_objects, uploads, version_files, artifacts, versions, packages`);
  }
}
