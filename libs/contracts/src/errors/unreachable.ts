/** Node's codes of a server that cannot be reached. */
const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
]);

/**
 * SQLSTATE of a database that cannot work now: connection lost (08), too many connections or a full disk (53), stopping or
 * starting (57P), its disk fails (58), a standby where the primary was (25006; no statement of ours asks to be read-only).
 */
const DATABASE_AWAY = /^(08[0-9A-Z]{3}|53[0-9A-Z]{3}|57P[0-9A-Z]{2}|58[0-9A-Z]{3}|25006)$/;

/** PostgreSQL's severities of an error that ends the session, or refuses to begin one: it is about no statement. */
const SESSION_ENDS = new Set(['FATAL', 'PANIC']);

/** What pg says without any code; `rpc-database-away.int.spec.ts` brings them about, so that an update of pg cannot change them unseen. */
const PG_SENTENCES = new Set([
  'Connection terminated unexpectedly',
  'Connection terminated',
  'Connection terminated due to connection timeout',
  'timeout expired',
  'timeout exceeded when trying to connect',
  'Client has encountered a connection error and is not queryable',
  'Client was closed and is not queryable',
  'Cannot use a pool after calling end on the pool',
]);

const MAX_CAUSES = 5;

interface ErrorFields {
  code?: unknown;
  severity?: unknown;
  message?: unknown;
  driverError?: unknown;
  cause?: unknown;
}

/**
 * True when a server that we need is away: nothing is wrong with the request or the message, it may come again. The one
 * rule for callers over HTTP and rpc (kind `unavailable`) and for consumers (pause, give back).
 */
export function isUnreachable(error: unknown): boolean {
  let current: unknown = error;
  for (let depth = 0; depth < MAX_CAUSES && typeof current === 'object' && current !== null; depth++) {
    const fields = current as ErrorFields;
    if (saysAway(fields)) return true;
    // TypeORM wraps the driver's error
    current = fields.driverError ?? fields.cause;
  }
  return false;
}

function saysAway({ code, severity, message }: ErrorFields): boolean {
  if (typeof code === 'string' && (NETWORK.has(code) || DATABASE_AWAY.test(code))) return true;
  if (typeof severity === 'string' && SESSION_ENDS.has(severity)) return true;
  return code === undefined && typeof message === 'string' && PG_SENTENCES.has(message);
}
