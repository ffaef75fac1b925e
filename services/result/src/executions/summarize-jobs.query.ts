import { Injectable } from '@nestjs/common';
import { type ExecutionCounters, invalid, type JobSummary } from '@waybill/contracts';
import { DataSource } from 'typeorm';
import { COUNTER_SUMS, countersOf, together, totals } from './counters.sql.js';

type SummaryRow = { job_id: string; run: number; wave: number } & ExecutionCounters;

/** Jobs in one request at most. */
const MAX_JOBS = 1000;

// One range of the primary key per job: at most eight rows for each wave, however many computers the job has.
const SUMMARY_SQL = `
  SELECT job_id, run, wave, ${COUNTER_SUMS} FROM run_counters c
  WHERE job_id = ANY ($1::uuid[]) AND run = (SELECT max(newest.run) FROM run_counters newest WHERE newest.job_id = c.job_id)
  GROUP BY job_id, run, wave ORDER BY job_id, wave`;

/** Counters of the newest run of each job, in the order asked; null for a job without executions. */
@Injectable()
export class SummarizeJobs {
  constructor(private readonly dataSource: DataSource) {}

  async execute(jobIds: readonly string[]): Promise<(JobSummary | null)[]> {
    if (jobIds.length > MAX_JOBS)
      throw invalid('execution.tooManyJobs', `At most ${MAX_JOBS} jobs can be asked for at once.`);
    const rows = await this.dataSource.query<SummaryRow[]>(SUMMARY_SQL, [jobIds]);
    const byJob = Map.groupBy(rows, (row) => row.job_id);
    return jobIds.map((jobId) => {
      const ofJob = byJob.get(jobId.toLowerCase());
      if (!ofJob) return null;
      const waves = ofJob.map((row) => ({ wave: row.wave, counters: countersOf(row) }));
      const counters = together(waves);
      return {
        jobId,
        run: ofJob[0]!.run,
        counters,
        ...totals(counters),
        waves: waves.map((wave) => ({ ...wave, total: totals(wave.counters).total })),
      };
    });
  }
}
