import { Injectable } from '@nestjs/common';
import type { JobArchived } from '@waybill/contracts';
import { UnitOfWork } from '@waybill/persistence';
import { reportRun } from '../report/job-report.query.js';

const RUNS_SQL = `
  SELECT run FROM runs r WHERE job_id = $1 AND NOT EXISTS (SELECT 1 FROM run_archives a WHERE a.job_id = r.job_id AND a.run = r.run)
  ORDER BY run FOR UPDATE`;

const ARCHIVE_SQL = `
  INSERT INTO run_archives (job_id, run, archived_at, report) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`;

/** Keeps the report of each run of a job that was archived; from then on its executions are gone for whoever asks. Harmless when it comes twice. */
@Injectable()
export class ArchiveJob {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  async execute({ jobId, at }: JobArchived): Promise<void> {
    await this.unitOfWork.run(async (manager) => {
      const runs = await manager.query<{ run: number }[]>(RUNS_SQL, [jobId]);
      for (const { run } of runs) {
        const report = await reportRun(manager, jobId, run);
        await manager.query(ARCHIVE_SQL, [jobId, run, at, JSON.stringify(report)]);
      }
    });
  }
}
