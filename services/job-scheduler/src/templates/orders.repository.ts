import { Injectable } from '@nestjs/common';
import type { CreateJob } from '@waybill/contracts';
import type { SqlExecutor } from '@waybill/messaging';

const COPY = `
INSERT INTO job_orders (job_id, document)
SELECT c.target, o.document FROM unnest($1::uuid[], $2::uuid[]) AS c (source, target) JOIN job_orders o ON o.job_id = c.source`;

/** Orders as they came. A job is advanced by its columns; what was left to defaults can be told only from here. */
@Injectable()
export class OrdersRepository {
  /** @param sql the transaction that makes the job */
  async add(sql: SqlExecutor, jobId: string, order: CreateJob): Promise<void> {
    await sql.query('INSERT INTO job_orders (job_id, document) VALUES ($1, $2)', [jobId, JSON.stringify(order)]);
  }

  /** What made one job has made the other too. @param sql the transaction that makes the others */
  async copy(sql: SqlExecutor, copies: readonly { from: string; to: string }[]): Promise<void> {
    if (copies.length > 0) await sql.query(COPY, [copies.map(({ from }) => from), copies.map(({ to }) => to)]);
  }

  /** Null for a job from before orders were kept. */
  async find(sql: SqlExecutor, jobId: string): Promise<CreateJob | null> {
    const rows = (await sql.query('SELECT document FROM job_orders WHERE job_id = $1', [jobId])) as {
      document: CreateJob;
    }[];
    return rows[0]?.document ?? null;
  }
}
