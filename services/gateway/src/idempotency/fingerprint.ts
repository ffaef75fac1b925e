import { createHash } from 'node:crypto';
import type { Request } from 'express';
import { slowDigest } from '../accounts/password-hash.js';

/** What makes two requests with one `Idempotency-Key` the same. */
export interface Fingerprint {
  /** e.g. `POST /api/v1/jobs`, with the query when there is one */
  operation: string;
  bodyHash: Buffer;
}

/**
 * The order of query parameters means nothing. The hash of a body that holds a password is as slow as that by which the password itself is
 * kept: it stays in the database for a week, and whoever reads it there must not be able to guess faster by it.
 * @param salt what no other request has: whose it is, and its `Idempotency-Key`
 * @throws WaybillError limited `session.busy`
 */
export async function fingerprintOf(
  { method, path, query, body }: Pick<Request, 'method' | 'path' | 'query' | 'body'>,
  salt: string,
): Promise<Fingerprint> {
  const parameters = Object.entries(query as Record<string, string | string[]>)
    .flatMap(([name, values]) => [values].flat().map((value) => [name, value] as [string, string]))
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const search = parameters.length > 0 ? `?${new URLSearchParams(parameters).toString()}` : '';
  const text = JSON.stringify((body as unknown) ?? null);
  const bodyHash = await (holdsPassword(body) ? slowDigest(text, salt) : digest(text));
  return { operation: `${method} ${path}${search}`, bodyHash };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function holdsPassword(body: unknown): boolean {
  return typeof body === 'object' && body !== null && Object.keys(body).some((key) => /password/i.test(key));
}
