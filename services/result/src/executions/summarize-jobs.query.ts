import { Injectable } from '@nestjs/common';
import { type ExecutionCounters, invalid, type JobSummary } from '@waybill/contracts';
import { DataSource } from 'typeorm';
import { COUNTER_SUMS, countersOf, totals } from './counters.sql.js';

/** Jobs in one request at most. */
const MAX_JOBS = 1000;

// One range of the primary key per job: at most eight rows, however many computers the job has.
const SUMMARY_SQL = `
  SELECT DISTINCT ON (job_id) *
  FROM (
    SELECT job_id, run, ${COUNTER_SUMS} FROM run_counters WHERE job_id = ANY ($1::uuid[]) GROUP BY job_id, run
  ) AS runs
  ORDER BY job_id, run DESC`;

/** Counters of the newest run of each job, in the order asked; null for a job without executions. */
@Injectable()
export class SummarizeJobs {
  constructor(private readonly dataSource: DataSource) {}

  async execute(jobIds: readonly string[]): Promise<(JobSummary | null)[]> {
    if (jobIds.length > MAX_JOBS)
      throw invalid('execution.tooManyJobs', `At most ${MAX_JOBS} jobs can be asked for at once.`);
    const rows = await this.dataSource.query<({ job_id: string; run: number } & ExecutionCounters)[]>(SUMMARY_SQL, [
      jobIds,
    ]);
    const byJob = new Map(rows.map((row) => [row.job_id, row]));
    return jobIds.map((jobId) => {
      const row = byJob.get(jobId.toLowerCase());
      if (!row) return null;
      const counters = countersOf(row);
      return { jobId, run: row.run, counters, ...totals(counters) };
    });
  }
}
