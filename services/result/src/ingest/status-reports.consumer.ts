import { Controller } from '@nestjs/common';
import { REPORT_QUEUES } from '@waybill/contracts';
import { ACK, BatchHandler, dead, type IncomingMessage, type Verdict } from '@waybill/messaging';
import { decodeReport } from './decode-report.js';
import { IngestReports } from './ingest-reports.handler.js';

/** What agents say about their executions. A message that can never be used goes to `reports.status.dead` with the reason, alone. */
@Controller()
export class StatusReportsConsumer {
  constructor(private readonly ingest: IngestReports) {}

  @BatchHandler({ vhost: 'agents', queue: REPORT_QUEUES.status, maxMessages: 500, maxWaitMs: 50, prefetch: 2000 })
  async onReports(messages: IncomingMessage[]): Promise<Verdict[]> {
    const decoded = messages.map(decodeReport);
    await this.ingest.execute(decoded.flatMap((one) => (one.ok ? [one.report] : [])));
    return decoded.map((one) => (one.ok ? ACK : dead(one.reason)));
  }
}
