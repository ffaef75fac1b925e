import { createHash } from 'node:crypto';
import { type AuditedService, auditSchema, GENESIS } from '../schema/audit-schema.js';

const BATCH = 1000;

/** What a pg client can do. */
export interface ChainReader {
  query<Row extends object>(sql: string, parameters?: unknown[]): Promise<{ rows: Row[] }>;
}

/** Where a chain ends: enough to find out later whether what was written until then is still there. */
export interface ChainHead {
  service: AuditedService;
  seq: number;
  /** hex */
  hash: string;
}

export interface ChainReport {
  service: AuditedService;
  entries: number;
  head: ChainHead;
  /** the first entry that is not as it was written, null when all are */
  broken: { seq: number; problem: string } | null;
}

interface Row {
  seq: string;
  at: Date;
  prev: Buffer;
  hash: Buffer;
  entry: string;
}

/**
 * Walks one chain from its beginning and says the first entry that was changed, removed, inserted or moved. It hashes by itself,
 * without the database's functions, and holds a thousand entries at a time.
 * @param since heads of an earlier walk, kept elsewhere: shows a log that was cut off, or written anew as a whole
 */
export async function verifyChain(
  sql: ChainReader,
  service: AuditedService,
  since: readonly ChainHead[] = [],
): Promise<ChainReport> {
  const schema = auditSchema(service);
  const genesis = { service, seq: 0, hash: GENESIS.toString('hex') };
  if (!(await exists(sql, schema)))
    return { service, entries: 0, head: genesis, broken: { seq: 1, problem: `the whole log, ${schema}, is missing` } };
  const known = since.filter((head) => head.service === service && head.seq > 0);
  let seq = 0;
  let hash: Buffer = GENESIS;
  const report = (broken: ChainReport['broken']): ChainReport => ({
    service,
    entries: seq,
    head: { service, seq, hash: hash.toString('hex') },
    broken,
  });
  for (;;) {
    const { rows } = await sql.query<Row>(
      `SELECT seq, at, prev_hash AS prev, hash, entry FROM ${schema}.entries WHERE seq > $1 ORDER BY seq LIMIT ${BATCH}`,
      [seq],
    );
    for (const row of rows) {
      const problem = problemOf(row, service, seq + 1, hash) ?? problemOfKnown(row, known);
      if (problem !== null) return report({ seq: seq + 1, problem });
      seq++;
      hash = row.hash;
    }
    if (rows.length < BATCH) break;
  }
  const cut = known.find((head) => head.seq > seq);
  if (cut) return report({ seq: seq + 1, problem: `the log ends here, but it had ${cut.seq} entries before` });
  return report(await problemOfEnd(sql, schema, seq, hash));
}

async function exists(sql: ChainReader, schema: string): Promise<boolean> {
  const { rows } = await sql.query<{ there: boolean }>(
    `SELECT to_regclass('${schema}.entries') IS NOT NULL AND to_regclass('${schema}.head') IS NOT NULL AS there`,
  );
  return rows[0]!.there;
}

function problemOf(row: Row, service: string, seq: number, prev: Buffer): string | null {
  if (Number(row.seq) !== seq) return `it is missing; the next entry is ${row.seq}`;
  if (!row.prev.equals(prev)) return 'it does not follow the entry before it: one was inserted, removed or moved';
  const hash = createHash('sha256').update(prev).update(row.entry, 'utf8').digest();
  if (!row.hash.equals(hash)) return 'its content does not have its hash: it was changed';
  const entry = JSON.parse(row.entry) as { seq: number; service: string; at: string };
  if (entry.seq !== seq) return `its content says that it is entry ${entry.seq}: it was moved`;
  if (entry.service !== service) return `its content says that it is of ${entry.service}: it was moved`;
  if (entry.at !== row.at.toISOString()) return 'its time is not that of its content: it was changed';
  return null;
}

function problemOfKnown(row: Row, known: readonly ChainHead[]): string | null {
  const before = known.find((head) => head.seq === Number(row.seq));
  return before && before.hash !== row.hash.toString('hex')
    ? 'its hash was another before: the log was written anew'
    : null;
}

/** Entries may be added while we look: the chain's end is read again, and where it has grown it is for the next walk. */
async function problemOfEnd(
  sql: ChainReader,
  schema: string,
  seq: number,
  hash: Buffer,
): Promise<ChainReport['broken']> {
  const { rows } = await sql.query<{ seq: string; hash: Buffer; last: string | null }>(
    `SELECT head.seq, head.hash, (SELECT max(seq) FROM ${schema}.entries) AS last FROM ${schema}.head`,
  );
  const head = rows[0];
  if (!head) return { seq: seq + 1, problem: 'the head of the chain is missing' };
  const end = Number(head.seq);
  if (end > Number(head.last ?? 0))
    return { seq: Number(head.last ?? 0) + 1, problem: `it is missing; the log had ${end} entries` };
  if (end < seq) return { seq: end + 1, problem: `it was added behind the end of the chain, which is ${end}` };
  if (end === seq && !head.hash.equals(hash))
    return { seq, problem: 'it is not what the chain ended with: it was written anew' };
  return null;
}
