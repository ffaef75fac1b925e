import { Injectable } from '@nestjs/common';
import {
  type DurationPercentiles,
  emptyCounters,
  type ExecutionStatus,
  type JobReport,
  type ReportSlice,
} from '@waybill/contracts';
import type { SqlExecutor } from '@waybill/messaging';
import { DataSource } from 'typeorm';
import { sentenceOf } from '../executions/execution-view.js';
import { archivedRun } from '../archive/archived-run.js';
import { CELLS_SQL, DURATIONS_SQL, NEWEST_RUN_SQL } from './job-report.sql.js';

interface CellRow extends Omit<ReportSlice, 'successPercent'> {
  section: 'platform' | 'site' | 'group' | 'wave' | 'status' | 'reason';
  key: string | null;
  status: ExecutionStatus | null;
  exit_code: number | null;
  left_out: number;
}

interface DurationsRow {
  wholeCount: number;
  whole: number[] | null;
  workCount: number;
  work: number[] | null;
}

/** How the newest run of a job went, counted at one moment. */
@Injectable()
export class ReportJob {
  constructor(private readonly dataSource: DataSource) {}

  /** A job without executions yet has an empty report, one that was archived that of then. */
  execute(jobId: string): Promise<JobReport> {
    return this.dataSource.transaction('REPEATABLE READ', async (sql) => {
      const [newest] = await sql.query<[{ run: number | null }]>(NEWEST_RUN_SQL, [jobId]);
      const archived = await archivedRun(sql, jobId);
      return archived?.report ?? reportRun(sql, jobId, newest.run ?? 1);
    });
  }
}

/** In a transaction whose statements see the same, or the parts would not add up. */
export async function reportRun(sql: SqlExecutor, jobId: string, run: number): Promise<JobReport> {
  const rows = (await sql.query(CELLS_SQL, [jobId, run])) as CellRow[];
  const [durations] = (await sql.query(DURATIONS_SQL, [jobId, run])) as [DurationsRow];
  const of = (section: CellRow['section']): CellRow[] => rows.filter((row) => row.section === section);
  const leftOut = (section: CellRow['section']): number => of(section)[0]?.left_out ?? 0;
  const statuses = of('status');
  const counters = emptyCounters();
  for (const { status, total } of statuses) counters[status!] = total;
  return {
    jobId,
    run,
    at: new Date().toISOString(),
    total: sliceOf(together(statuses)),
    counters,
    durations: {
      queuedToFinal: percentiles(durations.wholeCount, durations.whole),
      execution: percentiles(durations.workCount, durations.work),
    },
    reasons: of('reason').map(({ key, status, exit_code: exitCode, total }) => ({
      status: status!,
      reason: key!,
      message: sentenceOf(status!, key),
      exitCode,
      count: total,
    })),
    platforms: of('platform').map((row) => ({ platform: row.key, ...sliceOf(row) })),
    groups: of('group').map((row) => ({ group: row.key, ...sliceOf(row) })),
    sites: of('site').map((row) => ({ site: row.key, ...sliceOf(row) })),
    waves: of('wave')
      .map((row) => ({ wave: Number(row.key), ...sliceOf(row) }))
      .sort((a, b) => a.wave - b.wave),
    leftOut: { reasons: leftOut('reason'), platforms: leftOut('platform'), sites: leftOut('site') },
  };
}

type Counts = Omit<ReportSlice, 'successPercent'>;

function sliceOf({ total, finished, succeeded, failed }: Counts): ReportSlice {
  const successPercent = finished === 0 ? null : Math.round((succeeded / finished) * 1000) / 10;
  return { total, finished, succeeded, failed, successPercent };
}

function together(rows: readonly Counts[]): Counts {
  const sum = { total: 0, finished: 0, succeeded: 0, failed: 0 };
  for (const name of ['total', 'finished', 'succeeded', 'failed'] as const)
    for (const row of rows) sum[name] += row[name];
  return sum;
}

function percentiles(count: number, values: number[] | null): DurationPercentiles {
  const [p50 = null, p90 = null, p99 = null] = (values ?? []).map((seconds) => Math.round(seconds * 1000) / 1000);
  return { count, p50, p90, p99 };
}
