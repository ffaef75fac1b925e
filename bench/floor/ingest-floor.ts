import { once } from 'node:events';
import amqp from 'amqplib';
import pg from 'pg';

const BATCH = 500;
const PREFETCH = 2000;

interface FloorReport {
  jobId: string;
  computerId: string;
  attempt: number;
  seq: number;
  status: string;
  at: string;
}

/**
 * The least that storing reports can cost: consume with acks, parse, one guarded `unnest` upsert per 500 messages into a
 * bare table with one key. No validation, no counters, no history.
 * @returns rows per second between the first delivery and the last commit
 */
export async function ingestFloor(options: {
  brokerUrl: string;
  vhost: string;
  queue: string;
  databaseUrl: string;
  messages: number;
}): Promise<number> {
  const database = new pg.Client({ connectionString: options.databaseUrl });
  await database.connect();
  await database.query(`
    CREATE SCHEMA IF NOT EXISTS bench;
    DROP TABLE IF EXISTS bench.floor;
    CREATE TABLE bench.floor (
      job_id uuid, computer_id uuid, attempt int, seq int, status text, at timestamptz, PRIMARY KEY (job_id, computer_id)
    ) WITH (fillfactor = 70)`);
  const connection = await amqp.connect(`${options.brokerUrl}/${encodeURIComponent(options.vhost)}`, { noDelay: true });
  const channel = await connection.createChannel();
  await channel.prefetch(PREFETCH);

  const waiting: amqp.ConsumeMessage[] = [];
  let wake: (() => void) | undefined;
  let first = 0;
  await channel.consume(options.queue, (message) => {
    if (!message) return;
    first ||= performance.now();
    waiting.push(message);
    if (waiting.length >= BATCH) wake?.();
  });

  let stored = 0;
  while (stored < options.messages) {
    if (waiting.length < BATCH && stored + waiting.length < options.messages) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 50);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      if (waiting.length === 0) continue;
    }
    const batch = waiting.splice(0, BATCH);
    await upsert(
      database,
      batch.map((message) => JSON.parse(message.content.toString()) as FloorReport),
    );
    channel.ack(batch.at(-1)!, true);
    stored += batch.length;
  }
  const seconds = (performance.now() - first) / 1000;
  await channel.close();
  const closed = once(connection, 'close');
  await connection.close();
  await closed.catch(() => undefined);
  await database.query('DROP SCHEMA bench CASCADE');
  await database.end();
  return stored / seconds;
}

async function upsert(database: pg.Client, reports: FloorReport[]): Promise<void> {
  // One statement may not touch a row twice: the newest report of an execution stands for the others.
  const newest = new Map<string, FloorReport>();
  for (const report of reports) {
    const key = report.jobId + report.computerId;
    const known = newest.get(key);
    if (!known || known.seq < report.seq) newest.set(key, report);
  }
  const rows = [...newest.values()];
  await database.query({
    name: 'floor-upsert',
    text: `INSERT INTO bench.floor AS f
           SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[], $5::text[], $6::timestamptz[])
           ON CONFLICT (job_id, computer_id) DO UPDATE
             SET attempt = excluded.attempt, seq = excluded.seq, status = excluded.status, at = excluded.at
             WHERE (excluded.attempt, excluded.seq) > (f.attempt, f.seq)`,
    values: [
      rows.map((r) => r.jobId),
      rows.map((r) => r.computerId),
      rows.map((r) => r.attempt),
      rows.map((r) => r.seq),
      rows.map((r) => r.status),
      rows.map((r) => r.at),
    ],
  });
}
