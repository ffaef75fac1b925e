/** The part without Nest and TypeORM, for whoever prepares a database or verifies a log. */
export { AUDIT_OWNER, type AuditedService, AUDITED_SERVICES, auditSchema } from './schema/audit-schema.js';
export { type AuditAccount, auditPreparation, installAudit } from './schema/install-audit.js';
export { type ChainHead, type ChainReport, verifyChain } from './verify/verify-chain.js';
