import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { DiscardedObjectEntity } from './discarded-object.entity.js';

const ADD = `
INSERT INTO discarded_objects (object_key) SELECT unnest($1::text[])
ON CONFLICT (object_key) DO UPDATE SET due_at = now()`;

// The last condition can only be false through a mistake elsewhere; a wrong row here must never cost somebody's bytes.
const TAKE_DUE = `
SELECT object_key AS "objectKey" FROM discarded_objects d
WHERE due_at <= now() AND ($2::text[] IS NULL OR object_key = ANY ($2))
  AND NOT EXISTS (SELECT FROM artifacts a WHERE a.object_key = d.object_key)
ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED`;

const POSTPONE = `UPDATE discarded_objects SET due_at = now() + make_interval(secs => $2) WHERE object_key = ANY ($1::text[])`;

/** Table `discarded_objects`: what is still to be removed from the bucket. Every method works in the caller's transaction. */
@Injectable()
export class DiscardedObjectsRepository {
  async add(manager: EntityManager, objectKeys: string[]): Promise<void> {
    if (objectKeys.length > 0) await manager.query(ADD, [objectKeys]);
  }

  /** Locks up to `limit` keys that are due; of `only` those keys, when given. Another replica gets others. */
  async takeDue(manager: EntityManager, limit: number, only: string[] | null): Promise<string[]> {
    const rows: { objectKey: string }[] = await manager.query(TAKE_DUE, [limit, only]);
    return rows.map(({ objectKey }) => objectKey);
  }

  async forget(manager: EntityManager, objectKeys: string[]): Promise<void> {
    if (objectKeys.length > 0) await manager.delete(DiscardedObjectEntity, { objectKey: In(objectKeys) });
  }

  /** Not again before `seconds` have passed. */
  async postpone(manager: EntityManager, objectKeys: string[], seconds: number): Promise<void> {
    if (objectKeys.length > 0) await manager.query(POSTPONE, [objectKeys, seconds]);
  }
}
