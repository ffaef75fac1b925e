import { type JobReport, WaybillError } from '@waybill/contracts';
import type { SqlExecutor } from '@waybill/messaging';

const NEWEST_SQL = `
  SELECT archived_at AS "archivedAt", report FROM run_archives WHERE job_id = $1 ORDER BY run DESC LIMIT 1`;

/** What stays of the newest run of a job that was archived; null for any other job. */
export async function archivedRun(
  sql: SqlExecutor,
  jobId: string,
): Promise<{ archivedAt: Date; report: JobReport } | null> {
  const rows = (await sql.query(NEWEST_SQL, [jobId])) as { archivedAt: Date; report: JobReport }[];
  return rows[0] ?? null;
}

/** @throws WaybillError gone `job.archived` */
export async function demandKept(sql: SqlExecutor, jobId: string): Promise<void> {
  const archived = await archivedRun(sql, jobId);
  if (!archived) return;
  const detail = `Job ${jobId} was archived at ${archived.archivedAt.toISOString()}: what became of each computer is no longer kept. Its counters (GET /jobs/{id}) and its report (GET /jobs/{id}/report) stay.`;
  throw new WaybillError('gone', 'job.archived', detail);
}
