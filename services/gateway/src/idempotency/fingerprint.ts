import { createHash } from 'node:crypto';
import type { Request } from 'express';

/** What makes two requests with one `Idempotency-Key` the same. */
export interface Fingerprint {
  /** e.g. `POST /api/v1/jobs`, with the query when there is one */
  operation: string;
  bodyHash: Buffer;
}

/** The order of query parameters means nothing. */
export function fingerprintOf({
  method,
  path,
  query,
  body,
}: Pick<Request, 'method' | 'path' | 'query' | 'body'>): Fingerprint {
  const parameters = Object.entries(query as Record<string, string | string[]>)
    .flatMap(([name, values]) => [values].flat().map((value) => [name, value] as [string, string]))
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const search = parameters.length > 0 ? `?${new URLSearchParams(parameters).toString()}` : '';
  const bodyHash = createHash('sha256')
    .update(JSON.stringify((body as unknown) ?? null))
    .digest();
  return { operation: `${method} ${path}${search}`, bodyHash };
}
