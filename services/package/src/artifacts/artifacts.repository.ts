import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ArtifactEntity } from './artifact.entity.js';

// An update that changes nothing takes the row's lock: a second upload of the same bytes waits here until the first has
// committed, and the sweep cannot take the row before this transaction has its reference in `version_files`.
const ADOPT = `
INSERT INTO artifacts (sha256, size, object_key) VALUES ($1, $2, $3)
ON CONFLICT (sha256) DO UPDATE SET sha256 = excluded.sha256
RETURNING object_key AS "objectKey", size`;

const LOCK_UNREFERENCED = `
SELECT sha256 FROM artifacts a
WHERE NOT EXISTS (SELECT FROM version_files f WHERE f.sha256 = a.sha256)
LIMIT $1 FOR UPDATE SKIP LOCKED`;

// A statement of its own, so that it sees what was committed before the lock was granted.
const DELETE_UNREFERENCED = `
WITH gone AS (
  DELETE FROM artifacts a
  WHERE a.sha256 = ANY ($1::text[]) AND NOT EXISTS (SELECT FROM version_files f WHERE f.sha256 = a.sha256)
  RETURNING object_key
)
SELECT object_key AS "objectKey" FROM gone`;

/** Table `artifacts`. Every method works in the caller's transaction. */
@Injectable()
export class ArtifactsRepository {
  /**
   * Makes the object the home of this content, unless the content has one already.
   * @returns where the content lies: `objectKey` or an older key; and how long it is there
   */
  async adopt(
    manager: EntityManager,
    content: Pick<ArtifactEntity, 'sha256' | 'size' | 'objectKey'>,
  ): Promise<{ objectKey: string; size: number }> {
    const rows: { objectKey: string; size: string }[] = await manager.query(ADOPT, [
      content.sha256,
      content.size,
      content.objectKey,
    ]);
    const { objectKey, size } = rows[0]!;
    return { objectKey, size: Number(size) };
  }

  /** Forgets up to `limit` contents that no version needs; their objects are the caller's to discard. */
  async takeUnreferenced(manager: EntityManager, limit: number): Promise<string[]> {
    const candidates: { sha256: string }[] = await manager.query(LOCK_UNREFERENCED, [limit]);
    if (candidates.length === 0) return [];
    const gone: { objectKey: string }[] = await manager.query(DELETE_UNREFERENCED, [
      candidates.map(({ sha256 }) => sha256),
    ]);
    return gone.map(({ objectKey }) => objectKey);
  }
}
