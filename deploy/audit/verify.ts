import pg from 'pg';
import { AUDITED_SERVICES, type ChainHead, type ChainReport, verifyChain } from '@waybill/audit/schema';
import { StackFailure } from '../local/stack-failure.ts';

/**
 * Walks the audit log of every service, on one snapshot of the database.
 * @param since heads of an earlier verification
 * @throws StackFailure when the database cannot be read
 */
export async function verifyAll(url: string, since: readonly ChainHead[]): Promise<ChainReport[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const reports: ChainReport[] = [];
    for (const service of AUDITED_SERVICES) reports.push(await verifyChain(client, service, since));
    return reports;
  } catch (cause) {
    const { message, code } = cause as NodeJS.ErrnoException;
    const { host, pathname } = new URL(url);
    throw new StackFailure(
      `The audit logs in ${pathname.slice(1)} at ${host} cannot be read: ${message || code}; is the database running?`,
      { cause },
    );
  } finally {
    await client.end();
  }
}

/** What a person is told of one log. */
export function sentenceOf({ service, entries, head, broken }: ChainReport): string {
  if (broken) return `${service}: BROKEN at entry ${broken.seq}: ${broken.problem}`;
  return `${service}: ${entries} entries, unbroken; the last hash is ${head.hash}`;
}
