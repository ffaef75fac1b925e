import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The publisher's word for a version. Copies from before this have none, and no job can use them until they are published once more. */
export class SignedManifests1764000000001 implements MigrationInterface {
  private readonly statement = `
    ALTER TABLE version_copies
      -- compact JWS over the canonical manifest
      ADD COLUMN signed_manifest text`;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(this.statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE version_copies DROP COLUMN signed_manifest`);
  }
}
