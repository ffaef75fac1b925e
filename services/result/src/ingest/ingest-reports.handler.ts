import { Injectable } from '@nestjs/common';
import { isFinal, type StatusReport } from '@waybill/contracts';
import { StoreAnomalies } from '../anomalies/store-anomalies.js';
import { PreparedSql } from '../database/prepared-sql.js';
import { ProgressTimer } from '../progress/progress.timer.js';
import { RecordRefusals } from '../refusals/record-refusals.handler.js';
import { isRefusal } from '../refusals/refusal.js';
import { coalesceReports } from './coalesce-reports.js';
import { ingestBatch } from './reports.repository.js';

/**
 * Brings a batch of reports into the executions. Everything is idempotent, so the messages may be acknowledged after it returns and be
 * delivered again if the process dies before.
 */
@Injectable()
export class IngestReports {
  constructor(
    private readonly sql: PreparedSql,
    private readonly anomalies: StoreAnomalies,
    private readonly refusals: RecordRefusals,
    private readonly progress: ProgressTimer,
  ) {}

  async execute(all: readonly StatusReport[]): Promise<void> {
    // They have numbers of their own and end nothing: among the others they would hide or close an attempt.
    const reports = all.filter((report) => !isRefusal(report));
    if (reports.length < all.length) await this.refusals.execute(all.filter(isRefusal));
    const suspects = await ingestBatch(this.sql, coalesceReports(reports));
    if (suspects.length > 0) await this.judgeAgain(suspects.map(({ row }) => row));
    // An event that all have ended need not wait for the next round.
    if (reports.some(({ status }) => isFinal(status))) this.progress.nudge();
  }

  /**
   * The statement's snapshot may be a moment older than an assignment or a re-execution that committed while it waited for a lock; with a new
   * snapshot those are no anomalies. What still is one is stored in a transaction of its own: it changes no execution, and the messages are
   * not acknowledged before.
   */
  private async judgeAgain(rows: Parameters<typeof ingestBatch>[1]): Promise<void> {
    const anomalies = await ingestBatch(this.sql, rows);
    if (anomalies.length > 0)
      await this.anomalies.execute(anomalies.map(({ row, kind }) => ({ report: row.report, kind })));
  }
}
