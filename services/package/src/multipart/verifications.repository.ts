import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** A verification that this process has claimed until its lease ends. */
export interface ClaimedVerification {
  uploadId: string;
  /** tries before this one */
  attempts: number;
}

// The lease is the due time moved ahead: if this process dies the verification is due again by itself.
const CLAIM = `
WITH due AS (
  SELECT upload_id FROM multipart_uploads WHERE verify_at <= clock_timestamp()
  ORDER BY verify_at LIMIT $1 FOR UPDATE SKIP LOCKED
), claimed AS (
  UPDATE multipart_uploads m SET verify_at = clock_timestamp() + $2 * interval '1 millisecond', attempts = attempts + 1
  FROM due WHERE m.upload_id = due.upload_id
  RETURNING m.upload_id, m.attempts
)
SELECT upload_id AS "uploadId", attempts - 1 AS attempts FROM claimed`;

// One that has ended meanwhile stays ended.
const RENEW = `
UPDATE multipart_uploads SET verify_at = clock_timestamp() + $2 * interval '1 millisecond', verified = $3
WHERE upload_id = $1 AND verify_at IS NOT NULL`;

const AGAIN = `
UPDATE multipart_uploads SET verify_at = clock_timestamp() + $2 * interval '1 millisecond', verified = 0
WHERE upload_id = $1 AND verify_at IS NOT NULL`;

/** The verifications that are due, as rows: what a process leaves undone another one, or its next start, takes up. */
@Injectable()
export class VerificationsRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Claims up to `limit` for `leaseMs`; another replica gets others. */
  async claim(limit: number, leaseMs: number): Promise<ClaimedVerification[]> {
    return this.dataSource.query(CLAIM, [limit, leaseMs]);
  }

  /** @param verified bytes read so far */
  async renew(uploadId: string, leaseMs: number, verified: number): Promise<void> {
    await this.dataSource.query(RENEW, [uploadId, leaseMs, verified]);
  }

  /** It is to begin from the start in `inMs`. */
  async again(uploadId: string, inMs: number): Promise<void> {
    await this.dataSource.query(AGAIN, [uploadId, inMs]);
  }
}
