import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who vouches for a version. Versions published before this have nobody: publishing them once more signs them. */
export class VersionSignatures1764000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE versions
        -- compact JWS over the canonical manifest
        ADD COLUMN signed_manifest text,
        -- id of the publishing key in its header
        ADD COLUMN signed_by text,
        ADD CHECK ((signed_manifest IS NULL) = (signed_by IS NULL) AND (status <> 'draft' OR signed_by IS NULL))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE versions DROP COLUMN signed_manifest, DROP COLUMN signed_by`);
  }
}
