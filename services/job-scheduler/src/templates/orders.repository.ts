import { Injectable } from '@nestjs/common';
import type { CreateJob } from '@waybill/contracts';
import type { SqlExecutor } from '@waybill/messaging';

/** Orders as they came. A job is advanced by its columns; what was left to defaults can be told only from here. */
@Injectable()
export class OrdersRepository {
  /** @param sql the transaction that makes the job */
  async add(sql: SqlExecutor, jobId: string, order: CreateJob): Promise<void> {
    await sql.query('INSERT INTO job_orders (job_id, document) VALUES ($1, $2)', [jobId, JSON.stringify(order)]);
  }

  /** What was ordered of one job was ordered of the other too. @param sql the transaction that makes the other */
  async copy(sql: SqlExecutor, from: string, to: string): Promise<void> {
    const text = 'INSERT INTO job_orders (job_id, document) SELECT $2, document FROM job_orders WHERE job_id = $1';
    await sql.query(text, [from, to]);
  }

  /** Null for a job from before orders were kept. */
  async find(sql: SqlExecutor, jobId: string): Promise<CreateJob | null> {
    const rows = (await sql.query('SELECT document FROM job_orders WHERE job_id = $1', [jobId])) as {
      document: CreateJob;
    }[];
    return rows[0]?.document ?? null;
  }
}
