import { Injectable } from '@nestjs/common';
import type { CatalogueItem, Page, PageQuery } from '@waybill/contracts';
import type { SqlExecutor } from '@waybill/messaging';
import { keysetPage, type ListSpec } from '@waybill/persistence';
import { DataSource } from 'typeorm';
import { WITHIN_LIMITS } from '../jobs/job-limits.js';
import type { Offer } from './offer.js';

const TITLE = `coalesce(v.manifest->>'title', j.package)`;
const COLUMNS = `j.id, j.package, j.version, j.version_id AS "versionId", ${TITLE} AS title, j.groups, j.group_ids AS "groupIds", j.category,
  j.approval, j.created_at AS "createdAt", j.created_by AS "createdBy"`;

/** As rows `j` that limits of roles are held against: an offer is for no single computer. */
export const OFFER_ROWS = `(SELECT o.*, '{}'::uuid[] AS computers FROM offers o)`;
const FROM = `${OFFER_ROWS} j JOIN version_copies v ON v.version_id = j.version_id`;

const OFFERS: ListSpec = {
  select: COLUMNS,
  from: FROM,
  where: `j.removed_at IS NULL AND ${WITHIN_LIMITS}`,
  fields: {
    id: { sql: 'j.id', type: 'uuid', sortable: true },
    package: { sql: 'j.package', type: 'text', sortable: true },
    version: { sql: 'j.version', type: 'text' },
    approval: { sql: 'j.approval', type: 'text' },
    createdAt: { sql: 'j.created_at', type: 'timestamp', sortable: true },
    createdBy: { sql: 'j.created_by', type: 'text' },
  },
  defaultSort: 'package',
  unique: 'id',
};

// Withdrawn versions are offered to nobody. Of its requests a computer sees the newest.
const OF_COMPUTER = `
SELECT j.id AS "offerId", j.package, j.version, ${TITLE} AS title, v.manifest->>'publisher' AS publisher,
  v.manifest->>'description' AS description, j.approval, r.request
FROM ${FROM}
LEFT JOIN LATERAL (
  SELECT jsonb_build_object('id', r.id, 'state', r.state, 'jobId', r.job_id, 'reason', r.reason, 'requestedAt', r.requested_at) AS request
  FROM offer_requests r WHERE r.computer_id = $1 AND r.offer_id = j.id ORDER BY r.requested_at DESC, r.id DESC LIMIT 1
) r ON true
WHERE j.group_ids && $2::uuid[] AND j.removed_at IS NULL AND v.withdrawn_at IS NULL AND v.manifest IS NOT NULL
ORDER BY title, j.created_at DESC, j.id LIMIT 1000`;

@Injectable()
export class OffersRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** @returns false when an offer with this id exists; nothing is changed then */
  async insert(sql: SqlExecutor, offer: Offer): Promise<boolean> {
    const { id, package: name, version, versionId, groups, groupIds, category, approval, createdAt, createdBy } = offer;
    const rows = (await sql.query(
      `INSERT INTO offers (id, package, version, version_id, groups, group_ids, category, approval, created_at, created_by)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO NOTHING RETURNING id`,
      [id, name, version, versionId, groups, groupIds, category, approval, createdAt, createdBy],
    )) as unknown[];
    return rows.length === 1;
  }

  /** An offer that was not removed. @param lock nobody removes it, or takes it up for the last time, meanwhile */
  async find(sql: SqlExecutor, id: string, lock: 'FOR UPDATE' | 'FOR SHARE' | '' = ''): Promise<Offer | null> {
    if (lock) await sql.query(`SELECT 1 FROM offers WHERE id = $1 ${lock}`, [id]);
    const rows = (await sql.query(`SELECT ${COLUMNS} FROM ${FROM} WHERE j.id = $1 AND j.removed_at IS NULL`, [
      id,
    ])) as Offer[];
    return rows[0] ?? null;
  }

  async remove(sql: SqlExecutor, id: string): Promise<void> {
    await sql.query('UPDATE offers SET removed_at = clock_timestamp() WHERE id = $1', [id]);
  }

  /** @param limits scope of {@link WITHIN_LIMITS} */
  page(query: PageQuery, limits: string | null): Promise<Page<Offer>> {
    return keysetPage<Offer>(this.dataSource, OFFERS, query, [limits]);
  }

  async ofComputer(sql: SqlExecutor, computerId: string, groupIds: readonly string[]): Promise<CatalogueItem[]> {
    return (await sql.query(OF_COMPUTER, [computerId, groupIds])) as CatalogueItem[];
  }
}
