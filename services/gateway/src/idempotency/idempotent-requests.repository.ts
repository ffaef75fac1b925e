import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';

/** How long a request may be under way before a repetition may take it over (its process died). */
const LOCK_SECONDS = 60;
const KEEP_DAYS = 7;

export interface RecordedRequest {
  operation: string;
  bodyHash: Buffer;
  resourceId: string;
  /** null while under way, or when the first try died or failed */
  status: number | null;
  response: unknown;
}

export type Claim =
  { kind: 'run'; resourceId: string } | { kind: 'busy' } | { kind: 'recorded'; request: RecordedRequest };

/** What was answered to requests that carried an `Idempotency-Key`. */
@Injectable()
export class IdempotentRequestsRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Takes the key for this request, or says what became of the earlier one with the same key. */
  async claim(account: string, key: string, operation: string, bodyHash: Buffer): Promise<Claim> {
    const claimed = await this.dataSource.query<{ resource_id: string; operation: string; body_hash: Buffer }[]>(
      `INSERT INTO idempotent_requests AS r (account, key, operation, body_hash, resource_id, locked_until)
       VALUES ($1, $2, $3, $4, $5, now() + interval '${LOCK_SECONDS} seconds')
       ON CONFLICT (account, key) DO UPDATE SET locked_until = excluded.locked_until
         WHERE r.status IS NULL AND (r.locked_until IS NULL OR r.locked_until < now())
           AND r.operation = excluded.operation AND r.body_hash = excluded.body_hash
       RETURNING resource_id`,
      [account, key, operation, bodyHash, uuidv7()],
    );
    if (claimed[0]) return { kind: 'run', resourceId: claimed[0].resource_id };
    const [row] = await this.dataSource.query<
      { operation: string; body_hash: Buffer; resource_id: string; status: number | null; response: unknown }[]
    >(
      'SELECT operation, body_hash, resource_id, status, response FROM idempotent_requests WHERE account = $1 AND key = $2',
      [account, key],
    );
    if (!row) return { kind: 'busy' };
    const request: RecordedRequest = {
      operation: row.operation,
      bodyHash: row.body_hash,
      resourceId: row.resource_id,
      status: row.status,
      response: row.response,
    };
    const same = request.operation === operation && request.bodyHash.equals(bodyHash);
    return same && request.status === null ? { kind: 'busy' } : { kind: 'recorded', request };
  }

  async complete(account: string, key: string, status: number, response: unknown): Promise<void> {
    await this.dataSource.query(
      'UPDATE idempotent_requests SET status = $3, response = $4, locked_until = NULL WHERE account = $1 AND key = $2',
      [account, key, status, JSON.stringify(response ?? null)],
    );
  }

  /** The try failed: a repetition may run again, with the same resource id. */
  async release(account: string, key: string): Promise<void> {
    await this.dataSource.query(
      'UPDATE idempotent_requests SET locked_until = NULL WHERE account = $1 AND key = $2 AND status IS NULL',
      [account, key],
    );
  }

  async removeOld(): Promise<void> {
    await this.dataSource.query(
      `DELETE FROM idempotent_requests WHERE created_at < now() - interval '${KEEP_DAYS} days'`,
    );
  }
}
