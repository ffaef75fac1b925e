import type { AuditEntryView, AuditQuery } from '@waybill/contracts';
import { compileRsql, type Queryable } from '@waybill/persistence';
import { type AuditedService, auditSchema } from '../schema/audit-schema.js';
import { auditFields } from './audit-fields.js';

/** Reads this service's audit log by number, which is also by time. */
export class AuditReader {
  constructor(
    readonly service: AuditedService,
    private readonly database: Queryable,
  ) {}

  /** @throws invalid `filter.*` */
  async list({ filter, first, beyond, limit }: AuditQuery): Promise<AuditEntryView[]> {
    const parameters: unknown[] = [];
    const bind = (value: unknown) => `$${parameters.push(value)}`;
    const conditions: string[] = [];
    if (filter) conditions.push(compileRsql(filter, auditFields(this.service), bind));
    if (beyond !== undefined) conditions.push(`seq ${first === 'newest' ? '<' : '>'} ${bind(beyond)}::bigint`);
    const where = conditions.length > 0 ? `WHERE ${conditions.map((condition) => `(${condition})`).join(' AND ')}` : '';
    const rows = (await this.database.query(
      `SELECT entry, encode(hash, 'hex') AS hash FROM ${auditSchema(this.service)}.entries ${where}
       ORDER BY seq ${first === 'newest' ? 'DESC' : 'ASC'} LIMIT ${bind(limit)}`,
      parameters,
    )) as { entry: string; hash: string }[];
    return rows.map(viewOf);
  }
}

function viewOf({ entry, hash }: { entry: string; hash: string }): AuditEntryView {
  const { service, seq, at, actor, action, object, before, after, details, requestId, address } = JSON.parse(
    entry,
  ) as AuditEntryView;
  return { service, seq, at, actor, action, object, before, after, details, requestId, address, hash };
}
