/** Node's codes of a server that cannot be reached. */
const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** SQLSTATE of a database that cannot work now: connection lost (08), too many connections (53), shutting down or starting (57P), IO (58). */
const DATABASE_DOWN = /^(08|53|57P0[1-5]|58)/;

/** The cause is a server that is down, not the message: nothing is gained by trying the next one. */
export function isInfrastructureError(error: unknown): boolean {
  for (let current: unknown = error, depth = 0; isObject(current) && depth < 5; depth++) {
    const { code } = current;
    if (typeof code === 'string' && (NETWORK_CODES.has(code) || (code.length === 5 && DATABASE_DOWN.test(code))))
      return true;
    // TypeORM wraps the driver's error
    current = current['driverError'] ?? current['cause'];
  }
  return false;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
