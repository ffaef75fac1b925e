import { Injectable } from '@nestjs/common';
import { notFound } from '@waybill/contracts';
import type { EntityManager } from 'typeorm';
import { UploadEntity } from './upload.entity.js';

// Two replicas that sweep at the same moment take different rows.
const ABANDON = `
WITH abandoned AS (
  UPDATE uploads SET status = 'abandoned', closed_at = now()
  WHERE id IN (
    SELECT id FROM uploads
    WHERE status = 'pending' AND created_at < now() - make_interval(secs => $1)
    ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED
  )
  RETURNING object_key
)
SELECT object_key AS "objectKey" FROM abandoned`;

const FORGET = `
DELETE FROM uploads WHERE id IN (
  SELECT id FROM uploads WHERE closed_at < now() - make_interval(secs => $1) LIMIT $2 FOR UPDATE SKIP LOCKED
)`;

/** Table `uploads`. Every method works in the caller's transaction. */
@Injectable()
export class UploadsRepository {
  async begin(
    manager: EntityManager,
    upload: Pick<UploadEntity, 'id' | 'versionId' | 'file' | 'objectKey'>,
  ): Promise<void> {
    await manager.insert(UploadEntity, { ...upload, status: 'pending' });
  }

  /** @throws notFound `upload.notFound` */
  async get(manager: EntityManager, id: string): Promise<UploadEntity> {
    return found(id, await manager.findOneBy(UploadEntity, { id }));
  }

  /** Like get, and nobody else changes the upload until the transaction ends. */
  async lock(manager: EntityManager, id: string): Promise<UploadEntity> {
    return found(id, await manager.findOne(UploadEntity, { where: { id }, lock: { mode: 'pessimistic_write' } }));
  }

  async markCompleted(
    manager: EntityManager,
    id: string,
    stored: { sha256: string; size: number; deduplicated: boolean },
  ): Promise<void> {
    await manager.update(UploadEntity, { id }, { ...stored, status: 'completed', closedAt: () => 'now()' });
  }

  async markAborted(manager: EntityManager, id: string): Promise<void> {
    await manager.update(UploadEntity, { id }, { status: 'aborted', closedAt: () => 'now()' });
  }

  /**
   * Gives up to `limit` uploads up that began more than `maxAge` seconds ago.
   * @returns the objects that they may have left behind
   */
  async abandon(manager: EntityManager, maxAge: number, limit: number): Promise<string[]> {
    const rows: { objectKey: string }[] = await manager.query(ABANDON, [maxAge, limit]);
    return rows.map(({ objectKey }) => objectKey);
  }

  /** Drops up to `limit` uploads that ended more than `age` seconds ago; a repeated call for them is answered with notFound. */
  async forget(manager: EntityManager, age: number, limit: number): Promise<void> {
    await manager.query(FORGET, [age, limit]);
  }
}

function found(id: string, entity: UploadEntity | null): UploadEntity {
  if (entity) return entity;
  throw notFound('upload.notFound', `There is no upload ${id}.`);
}
