import { Injectable } from '@nestjs/common';
import type { SqlExecutor } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import { type Decision, unchanged } from '../jobs/decision.js';
import type { Job } from '../jobs/job.js';
import { JobEngine } from '../jobs/job-engine.js';
import { skip } from './decide-run.js';
import { SeriesRepository } from './series.repository.js';

/** Ends a recurring job when somebody cancels a run of it. */
@Injectable()
export class EndSeries {
  constructor(
    private readonly dataSource: DataSource,
    private readonly engine: JobEngine,
    private readonly series: SeriesRepository,
  ) {}

  /** In the transaction that cancels the run: from here on no further run is started, even if this process dies. */
  async note(sql: SqlExecutor, { series, statusReason }: Job): Promise<void> {
    if (series) await this.series.end(sql, series.id, statusReason ?? 'Canceled.');
  }

  /** Cancels the runs that wait, each in a transaction of its own: two runs are never locked by one, whatever their order. */
  async cancelWaiting({ series, statusReason }: Job): Promise<void> {
    if (!series) return;
    const why = statusReason ?? 'Canceled.';
    for (const id of await this.series.waiting(this.dataSource, series.id))
      await this.engine.advance(id, (run, now) => decideEnded(run, why, now));
  }
}

function decideEnded(run: Job, why: string, now: Date): Decision {
  return run.status === 'scheduled' ? skip(run, why, now) : unchanged(run);
}
