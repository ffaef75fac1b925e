import { Controller } from '@nestjs/common';
import { REPORT_QUEUES } from '@waybill/contracts';
import { ACK, BatchHandler, dead, type IncomingMessage, type Verdict } from '@waybill/messaging';
import { decodeReport } from './decode-report.js';
import { IngestReports } from './ingest-reports.handler.js';

/** Reports in one transaction at most. */
const TRANSACTION = 500;

/**
 * Messages taken at once: two transactions, so that one is read and checked while the database works on the other. Measured on a busy
 * two-core machine, 60,000 to 100,000 waiting reports against the floor of the same minute: 41 and 48 % one at a time, 54 and 77 % so.
 */
const TAKEN = 2 * TRANSACTION;

/** What agents say about their executions. A message that can never be used goes to `reports.status.dead` with the reason, alone. */
@Controller()
export class StatusReportsConsumer {
  constructor(private readonly ingest: IngestReports) {}

  @BatchHandler({
    vhost: 'agents',
    queue: REPORT_QUEUES.status,
    maxMessages: TAKEN,
    maxWaitMs: 50,
    prefetch: 2 * TAKEN,
  })
  async onReports(messages: IncomingMessage[]): Promise<Verdict[]> {
    const parts: Promise<Verdict[]>[] = [];
    for (let from = 0; from < messages.length; from += TRANSACTION) {
      parts.push(this.ingestPart(messages.slice(from, from + TRANSACTION)));
    }
    // Waits for all, also when one fails: nothing may still be writing when the messages are given back.
    const settled = await Promise.allSettled(parts);
    return settled.flatMap((part) => {
      if (part.status === 'rejected') throw part.reason;
      return part.value;
    });
  }

  private async ingestPart(messages: IncomingMessage[]): Promise<Verdict[]> {
    const decoded = messages.map(decodeReport);
    await this.ingest.execute(decoded.flatMap((one) => (one.ok ? [one.report] : [])));
    return decoded.map((one) => (one.ok ? ACK : dead(one.reason)));
  }
}
