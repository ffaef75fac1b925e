import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Uploads whose bytes go from the client straight to object storage. Locks as before: package, version, upload, artifact. */
export class Multipart1764100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE uploads DROP CONSTRAINT uploads_status_check, ADD CONSTRAINT uploads_status_check
        CHECK (status IN ('pending', 'verifying', 'completed', 'refused', 'aborted', 'abandoned'))`);
    // What an upload has beside its row in "uploads" when its parts come by presigned URL.
    await runner.query(`
      CREATE TABLE multipart_uploads (
        upload_id uuid PRIMARY KEY REFERENCES uploads ON DELETE CASCADE,
        -- null until object storage has begun it; such an upload was never told to anybody
        storage_id text,
        announced_size bigint NOT NULL,
        announced_sha256 text,
        part_size bigint NOT NULL,
        -- of part 1, part 2 …, as the client completed it
        etags text[],
        -- bytes read by the verification
        verified bigint NOT NULL DEFAULT 0,
        -- why it was refused
        problem jsonb,
        -- when its verification is to begin, or to be taken over from a process that died; null when there is nothing to verify
        verify_at timestamptz,
        attempts int NOT NULL DEFAULT 0
      )`);
    await runner.query(`
      CREATE INDEX multipart_uploads_to_verify ON multipart_uploads (verify_at) WHERE verify_at IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE multipart_uploads`);
    await runner.query(`DELETE FROM uploads WHERE status IN ('verifying', 'refused')`);
    await runner.query(`
      ALTER TABLE uploads DROP CONSTRAINT uploads_status_check, ADD CONSTRAINT uploads_status_check
        CHECK (status IN ('pending', 'completed', 'aborted', 'abandoned'))`);
  }
}
