import type { Actor } from '@waybill/contracts';
import { currentActor, type SqlExecutor } from '@waybill/messaging';
import { type AuditedService, auditSchema } from '../schema/audit-schema.js';
import { canonicalDigest } from './canonical-digest.js';
import { type Detail, storableDetails, storableText } from './storable.js';

/** One thing that was done, or refused. */
export interface AuditRecord {
  /** e.g. `package.created`, past tense */
  action: string;
  /** what it was done to, e.g. `{ type: 'package', id: 'acme-ledger' }` */
  object: { type: string; id: string };
  /** the object before and after; kept as digests only. Absent: there was none */
  before?: object;
  after?: object;
  /** for people; must hold no secret */
  details?: Readonly<Record<string, Detail>>;
}

/** Who did it, when that is not the actor of the request in hand. */
export type AuditActor = Pick<Actor, 'kind' | 'id' | 'name'> & Partial<Pick<Actor, 'requestId' | 'address'>>;

/**
 * The audit log of this service. An entry belongs to the transaction of the change: both commit or neither. Entries are numbered
 * and chained by the database when the transaction commits (schema/audit-schema.ts).
 */
export class AuditLog {
  private readonly insert: string;

  constructor(private readonly service: AuditedService) {
    this.insert = `INSERT INTO ${auditSchema(service)}.intake (entry) SELECT unnest($1::jsonb[])`;
  }

  /**
   * @param sql the open transaction of the change
   * @param actor default: who made the request in hand, else this service itself
   */
  async record(sql: SqlExecutor, what: AuditRecord | readonly AuditRecord[], actor?: AuditActor): Promise<void> {
    const records = Array.isArray(what) ? (what as readonly AuditRecord[]) : [what as AuditRecord];
    if (records.length === 0) return;
    const by = actor ?? currentActor() ?? { kind: 'service' as const, id: this.service, name: this.service };
    await sql.query(this.insert, [records.map((record) => JSON.stringify(entryOf(record, by)))]);
  }
}

function entryOf({ action, object, before, after, details }: AuditRecord, by: AuditActor): object {
  return {
    actor: { kind: by.kind, id: storableText(by.id), name: storableText(by.name) },
    requestId: by.requestId == null ? null : storableText(by.requestId),
    address: by.address == null ? null : storableText(by.address),
    action,
    object: { type: object.type, id: storableText(object.id) },
    before: before ? canonicalDigest(before) : null,
    after: after ? canonicalDigest(after) : null,
    details: storableDetails(details ?? {}),
  };
}
