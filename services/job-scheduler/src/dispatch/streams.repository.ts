import { Injectable } from '@nestjs/common';
import type { SqlExecutor } from '@waybill/messaging';

/** A command as it was numbered. */
export interface CommandRow {
  id: string;
  jobId: string;
  run: number;
  attempt: number;
  kind: string;
  stream: string;
  seq: number;
}

// One statement for any number of streams. Its rows are locked in the order of their names, so that two transactions that
// need several streams cannot wait for each other; the locks last until commit, so a number is never skipped and commands
// enter the outbox in the order of their numbers.
const TAKE = `
INSERT INTO command_streams (stream, seq)
SELECT stream, count FROM unnest($1::text[], $2::bigint[]) AS wanted (stream, count) ORDER BY stream COLLATE "C"
ON CONFLICT (stream) DO UPDATE SET seq = command_streams.seq + excluded.seq
RETURNING stream, seq::text`;

const RECORD = `
INSERT INTO commands (id, job_id, run, attempt, kind, stream, seq, issued_at)
SELECT r.*, $8::timestamptz
FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[], $5::text[], $6::text[], $7::bigint[]) AS r`;

/** Numbers of the command streams, gapless from 1, and the record of what was numbered. */
@Injectable()
export class StreamsRepository {
  /**
   * Reserves numbers. Call it once per transaction, late: others who need the same streams wait for the commit.
   * @param counts how many commands each stream is to get
   * @returns the first number of each stream
   */
  async take(sql: SqlExecutor, counts: ReadonlyMap<string, number>): Promise<Map<string, number>> {
    const rows = (await sql.query(TAKE, [[...counts.keys()], [...counts.values()]])) as {
      stream: string;
      seq: string;
    }[];
    return new Map(rows.map(({ stream, seq }) => [stream, Number(seq) - counts.get(stream)! + 1]));
  }

  async record(sql: SqlExecutor, rows: readonly CommandRow[], issuedAt: Date): Promise<void> {
    const column = <K extends keyof CommandRow>(field: K) => rows.map((row) => row[field]);
    await sql.query(RECORD, [
      column('id'),
      column('jobId'),
      column('run'),
      column('attempt'),
      column('kind'),
      column('stream'),
      column('seq'),
      issuedAt,
    ]);
  }
}
