import type { FieldMap } from '@waybill/persistence';
import { AUDITED_SERVICES, type AuditedService } from '../schema/audit-schema.js';

/** What a filter of the audit log may name. */
export function auditFields(service: AuditedService): FieldMap {
  return {
    service: { sql: `'${service}'::text`, type: 'enum', values: AUDITED_SERVICES },
    actor: { sql: 'actor', type: 'text' },
    actorId: { sql: `(entry::jsonb -> 'actor' ->> 'id')`, type: 'text' },
    action: { sql: 'action', type: 'text' },
    objectType: { sql: 'object_type', type: 'text' },
    objectId: { sql: 'object_id', type: 'text' },
    requestId: { sql: `(entry::jsonb ->> 'requestId')`, type: 'text' },
    at: { sql: 'at', type: 'timestamp' },
    seq: { sql: 'seq', type: 'number' },
  };
}
