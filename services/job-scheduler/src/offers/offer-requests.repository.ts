import { Injectable } from '@nestjs/common';
import type { Page, PageQuery } from '@waybill/contracts';
import type { SqlExecutor } from '@waybill/messaging';
import { keysetPage, type ListSpec } from '@waybill/persistence';
import { DataSource } from 'typeorm';
import { WITHIN_LIMITS } from '../jobs/job-limits.js';
import type { OfferRequest } from './offer.js';
import { OFFER_ROWS } from './offers.repository.js';

const COLUMNS = `r.id, r.offer_id AS "offerId", r.computer_id AS "computerId", r.computer_name AS "computerName", r.state, r.job_id AS "jobId",
  r.reason, r.requested_at AS "requestedAt", r.decided_at AS "decidedAt", r.decided_by AS "decidedBy"`;

/** With what it is about. */
export type ListedRequest = OfferRequest & { package: string; version: string };

const REQUESTS: ListSpec = {
  select: `${COLUMNS}, j.package, j.version`,
  from: `offer_requests r JOIN ${OFFER_ROWS} j ON j.id = r.offer_id`,
  where: WITHIN_LIMITS,
  fields: {
    id: { sql: 'r.id', type: 'uuid', sortable: true },
    offerId: { sql: 'r.offer_id', type: 'uuid' },
    package: { sql: 'j.package', type: 'text' },
    computerId: { sql: 'r.computer_id', type: 'uuid' },
    computerName: { sql: 'r.computer_name', type: 'text' },
    state: { sql: 'r.state', type: 'text' },
    requestedAt: { sql: 'r.requested_at', type: 'timestamp', sortable: true },
  },
  defaultSort: '-requestedAt',
  unique: 'id',
};

// Still waiting, or its job is: asking for the same again means the same.
const OPEN = `
SELECT ${COLUMNS} FROM offer_requests r LEFT JOIN jobs j ON j.id = r.job_id
WHERE r.computer_id = $1 AND r.offer_id = $2 AND (r.state = 'pending' OR (r.state = 'approved' AND j.finished_at IS NULL AND j.id IS NOT NULL))
ORDER BY r.requested_at DESC LIMIT 1`;

const SAVE = `
INSERT INTO offer_requests (id, offer_id, computer_id, computer_name, state, job_id, reason, requested_at, decided_at, decided_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (id) DO UPDATE SET state = excluded.state, job_id = excluded.job_id, reason = excluded.reason, decided_at = excluded.decided_at,
  decided_by = excluded.decided_by`;

@Injectable()
export class OfferRequestsRepository {
  constructor(private readonly dataSource: DataSource) {}

  async find(sql: SqlExecutor, id: string, lock: 'FOR UPDATE' | '' = ''): Promise<OfferRequest | null> {
    const rows = (await sql.query(`SELECT ${COLUMNS} FROM offer_requests r WHERE r.id = $1 ${lock}`, [
      id,
    ])) as OfferRequest[];
    return rows[0] ?? null;
  }

  /** Until the end of the transaction nobody else asks for the same computer. */
  async lockComputer(sql: SqlExecutor, computerId: string): Promise<void> {
    await sql.query(`SELECT pg_advisory_xact_lock(hashtextextended('offer-requests ' || $1, 0))`, [computerId]);
  }

  async open(sql: SqlExecutor, computerId: string, offerId: string): Promise<OfferRequest | null> {
    return ((await sql.query(OPEN, [computerId, offerId])) as OfferRequest[])[0] ?? null;
  }

  async countSince(sql: SqlExecutor, computerId: string, since: Date): Promise<number> {
    const text = `SELECT count(*)::int AS n FROM offer_requests WHERE computer_id = $1 AND requested_at > $2`;
    return ((await sql.query(text, [computerId, since])) as { n: number }[])[0]!.n;
  }

  async save(sql: SqlExecutor, request: OfferRequest): Promise<void> {
    const { id, offerId, computerId, computerName, state, jobId, reason, requestedAt, decidedAt, decidedBy } = request;
    const values = [id, offerId, computerId, computerName, state, jobId, reason, requestedAt, decidedAt, decidedBy];
    await sql.query(SAVE, values);
  }

  /** Whoever waits for a decision about an offer that is gone. */
  async rejectAll(sql: SqlExecutor, offerId: string, reason: string, by: string): Promise<void> {
    await sql.query(
      `UPDATE offer_requests SET state = 'rejected', reason = $2, decided_by = $3, decided_at = clock_timestamp()
       WHERE offer_id = $1 AND state = 'pending'`,
      [offerId, reason, by],
    );
  }

  /** @param limits scope of {@link WITHIN_LIMITS} */
  page(query: PageQuery, limits: string | null): Promise<Page<ListedRequest>> {
    return keysetPage<ListedRequest>(this.dataSource, REQUESTS, query, [limits]);
  }
}
