import type { AuditEntryView } from '@waybill/contracts';

/** Columns of the export as CSV. */
export const AUDIT_COLUMNS = [
  'at',
  'service',
  'seq',
  'actor',
  'actorKind',
  'actorId',
  'action',
  'objectType',
  'objectId',
  'details',
  'before',
  'after',
  'requestId',
  'address',
  'hash',
] as const;

/** An entry as one line: what is nested gets a column of its own. */
export function auditRow(entry: AuditEntryView): Record<(typeof AUDIT_COLUMNS)[number], unknown> {
  const { actor, object, details, ...rest } = entry;
  return {
    ...rest,
    actor: actor.name,
    actorKind: actor.kind,
    actorId: actor.id,
    objectType: object.type,
    objectId: object.id,
    details: JSON.stringify(details),
  };
}
