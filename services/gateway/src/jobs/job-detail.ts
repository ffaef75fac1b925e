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
  const current = summary && summary.run === job.run ? summary : null;
  const counters = current?.counters ?? emptyCounters();
  const total = current ? current.total : job.targets.total;
  const ofWave = new Map(current?.waves.map((wave) => [wave.wave, wave]));
  return {
    ...job,
    targets: { ...job.targets, total },
    counters,
    waves: job.waves.map((wave) => {
      const counted = ofWave.get(wave.number);
      return {
        ...wave,
        total: counted?.total ?? wave.total,
        counters: counted?.counters ?? emptyCounters(),
      };
    }),
  };
}
