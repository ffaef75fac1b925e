import { Injectable } from '@nestjs/common';
import type { ReexecuteOnly } from '@waybill/contracts';
import type { SqlExecutor } from '@waybill/messaging';

/** A re-execution as it was asked for, and its outcome. */
export interface Reexecution {
  requestId: string;
  jobId: string;
  only: 'failed' | 'unsuccessful' | 'computers' | 'filter';
  computers: string[] | null;
  /** RSQL over executions */
  filter: string | null;
  attempt: number;
  /** how many were reopened, null until done */
  reopened: number | null;
}

export interface NewReexecution {
  requestId: string;
  jobId: string;
  actor: string;
  only: ReexecuteOnly;
  attempt: number;
}

const COLUMNS =
  'request_id AS "requestId", job_id AS "jobId", matching AS "only", computers, filter, attempt, reopened';

@Injectable()
export class ReexecutionsRepository {
  async find(sql: SqlExecutor, requestId: string): Promise<Reexecution | null> {
    const [row] = (await sql.query(`SELECT ${COLUMNS} FROM reexecutions WHERE request_id = $1`, [
      requestId,
    ])) as Reexecution[];
    return row ?? null;
  }

  /** @returns false when the request was stored before */
  async add(sql: SqlExecutor, { requestId, jobId, actor, only, attempt }: NewReexecution, now: Date): Promise<boolean> {
    const text = `INSERT INTO reexecutions (request_id, job_id, actor, matching, computers, filter, attempt, requested_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING 1`;
    const { word, computers = null, filter = null } = stored(only);
    const values = [requestId, jobId, actor, word, computers, filter, attempt, now];
    const rows = (await sql.query(text, values)) as unknown[];
    return rows.length === 1;
  }

  async done(sql: SqlExecutor, requestId: string, reopened: number, now: Date): Promise<void> {
    await sql.query('UPDATE reexecutions SET reopened = $2, done_at = $3 WHERE request_id = $1', [
      requestId,
      reopened,
      now,
    ]);
  }
}

function stored(only: ReexecuteOnly): { word: Reexecution['only']; computers?: string[]; filter?: string } {
  if (typeof only === 'string') return { word: only };
  return 'filter' in only ? { word: 'filter', filter: only.filter } : { word: 'computers', computers: only.computers };
}
