import { emptyCounters, type ExecutionCounters, type JobSummary, type JobView } from '@waybill/contracts';

/** `GET /jobs/{id}`: the document, where it stands and the counters of its current run. */
export interface JobDetail extends Omit<JobView, 'targets' | 'waves'> {
  targets: JobView['targets'] & { total: number | null };
  /** executions by status word; sums to `targets.total` once the targets are known */
  counters: ExecutionCounters;
  waves: (JobView['waves'][number] & { counters: ExecutionCounters })[];
}

/** Joins what the job-scheduler knows of a job with what the result service counted. */
export function jobDetail(job: JobView, summary: JobSummary | null): JobDetail {
  const counters = summary && summary.run === job.run ? summary.counters : emptyCounters();
  const total = summary && summary.run === job.run ? summary.total : job.targets.total;
  return {
    ...job,
    targets: { ...job.targets, total },
    counters,
    // There is one wave: its counters are the job's.
    waves: job.waves.map((wave) => ({ ...wave, total: wave.total ?? total, counters })),
  };
}
