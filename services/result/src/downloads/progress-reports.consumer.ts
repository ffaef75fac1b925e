import { Controller, Logger } from '@nestjs/common';
import { type ProgressReport, REPORT_QUEUES } from '@waybill/contracts';
import { BatchHandler, type IncomingMessage } from '@waybill/messaging';
import { PreparedSql } from '../database/prepared-sql.js';
import { decodeProgress, furthest } from './decode-progress.js';
import { STORE_DOWNLOADS_SQL } from './download-progress.sql.js';

/**
 * How far downloads are. Messages gather for two seconds, so that each execution is written at most that often. Everything is
 * acknowledged, also what could not be stored: the queue is lossy on purpose and newer word is on its way.
 */
@Controller()
export class ProgressReportsConsumer {
  private readonly logger = new Logger(ProgressReportsConsumer.name);

  constructor(private readonly sql: PreparedSql) {}

  @BatchHandler({ vhost: 'agents', queue: REPORT_QUEUES.progress, maxMessages: 2000, maxWaitMs: 2000, prefetch: 2000 })
  async onProgress(messages: IncomingMessage[]): Promise<void> {
    const reports = furthest(messages.map(decodeProgress).filter((report) => report !== null));
    try {
      if (reports.length > 0) await this.sql.query(STORE_DOWNLOADS_SQL, columns(reports));
    } catch (error) {
      this.logger.warn(`progress of ${reports.length} downloads was dropped: ${String(error)}`);
    }
  }
}

function columns(reports: readonly ProgressReport[]): unknown[] {
  const fields = ['jobId', 'run', 'computerId', 'attempt', 'bytesDone', 'bytesTotal'] as const;
  return fields.map((field) => reports.map((report) => report[field]));
}
