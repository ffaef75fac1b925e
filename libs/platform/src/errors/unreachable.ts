/** Node's codes of a server that cannot be reached. */
const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH']);
/** SQLSTATE of a database that cannot work now: connection lost (08), too many connections (53), stopping or starting (57P). */
const DATABASE_AWAY = /^(08|53|57P)[0-9A-Z]+$/;
const MAX_CAUSES = 5;

/** True when a server that we need is away: nothing is wrong with the request, it may come again. */
export function isUnreachable(error: unknown): boolean {
  let current: unknown = error;
  for (let depth = 0; depth < MAX_CAUSES && typeof current === 'object' && current !== null; depth++) {
    const { code, driverError, cause } = current as { code?: unknown; driverError?: unknown; cause?: unknown };
    if (typeof code === 'string' && (NETWORK.has(code) || (code.length === 5 && DATABASE_AWAY.test(code)))) return true;
    // TypeORM wraps the driver's error
    current = driverError ?? cause;
  }
  return false;
}
