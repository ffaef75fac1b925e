import type { MigrationInterface, QueryRunner } from 'typeorm';
import { fillVersionKeys } from './fill-version-keys.js';

/** Pre-releases are ordered as semver.org says, no longer by Debian's rules: their keys are other ones. */
export class SemanticVersionKeys1765700000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await fillVersionKeys(runner, "source IN ('waybill', 'registry') AND version LIKE '%-%'");
  }

  async down(): Promise<void> {
    // The old keys cannot be made any more, and nothing but the order of pre-releases depends on them.
  }
}
