import { Injectable } from '@nestjs/common';
import {
  type AttemptView,
  type DownloadProgress,
  type ExecutionRef,
  type ExecutionView,
  notFound,
  type StepReport,
  type WaybillError,
} from '@waybill/contracts';
import { DataSource } from 'typeorm';
import { DOWNLOAD_SQL } from '../downloads/download-progress.sql.js';
import { type ExecutionRow, executionView, sentenceOf, VIEW_COLUMNS } from './execution-view.js';

const EXECUTION_SQL = `
  SELECT ${VIEW_COLUMNS} FROM executions e WHERE e.job_id = $1 AND e.computer_id = $2 ORDER BY e.run DESC LIMIT 1`;

const PAST_ATTEMPTS_SQL = `
  SELECT attempt, status, reason, message, exit_code::float8 AS "exitCode", started_at AS "startedAt", finished_at AS "finishedAt"
  FROM past_attempts WHERE job_id = $1 AND run = $2 AND computer_id = $3`;

const DETAILS_SQL = `
  SELECT attempt, steps, log_tail AS "logTail", evidence
  FROM attempt_details WHERE job_id = $1 AND run = $2 AND computer_id = $3`;

type StateRow = Pick<
  ExecutionRow,
  'attempt' | 'status' | 'reason' | 'message' | 'exitCode' | 'startedAt' | 'finishedAt'
>;

interface DetailsRow {
  attempt: number;
  steps: StepReport[] | null;
  logTail: string | null;
  evidence: string | null;
}

interface DownloadRow {
  bytesDone: number;
  bytesTotal: number;
  at: Date;
}

type ExecutionDetail = ExecutionView & { attempts: AttemptView[]; download: DownloadProgress | null };

/** One execution with everything known of all its attempts, oldest first. */
@Injectable()
export class GetExecution {
  constructor(private readonly dataSource: DataSource) {}

  /** @throws WaybillError `execution.notFound` */
  async execute({ jobId, computerId }: ExecutionRef): Promise<ExecutionDetail> {
    const [current] = await this.dataSource.query<ExecutionRow[]>(EXECUTION_SQL, [jobId, computerId]);
    if (!current) throw executionNotFound({ jobId, computerId });
    const key = [current.jobId, current.run, current.computerId];
    const [past, details, downloads] = await Promise.all([
      this.dataSource.query<StateRow[]>(PAST_ATTEMPTS_SQL, key),
      this.dataSource.query<DetailsRow[]>(DETAILS_SQL, key),
      this.dataSource.query<DownloadRow[]>(DOWNLOAD_SQL, [...key, current.attempt]),
    ]);
    const detailsOf = new Map(details.map((row) => [row.attempt, row]));
    // A re-execution between the two statements may put the current attempt among the past ones too.
    const states = [...past.filter(({ attempt }) => attempt < current.attempt), current].sort(
      (a, b) => a.attempt - b.attempt,
    );
    return {
      ...executionView(current),
      attempts: states.map((state) => attemptView(state, detailsOf.get(state.attempt))),
      download: downloads[0] ? { ...downloads[0], at: downloads[0].at.toISOString() } : null,
    };
  }
}

export function executionNotFound({ jobId, computerId }: ExecutionRef): WaybillError {
  return notFound('execution.notFound', `Job ${jobId} has no execution on computer ${computerId}.`);
}

function attemptView(state: StateRow, details: DetailsRow | undefined): AttemptView {
  const { attempt, status, reason, exitCode } = state;
  return {
    attempt,
    status,
    reason,
    message: state.message ?? sentenceOf(status, reason),
    exitCode,
    startedAt: state.startedAt?.toISOString() ?? null,
    finishedAt: state.finishedAt?.toISOString() ?? null,
    steps: details?.steps ?? [],
    logTail: details?.logTail ?? null,
    evidence: details?.evidence ?? null,
  };
}
