export { type AuditActor, AuditLog, type AuditRecord } from './record/audit-log.js';
export type { Detail } from './record/storable.js';
export { AuditModule } from './audit.module.js';
export { AuditReader } from './read/audit-reader.js';
