import { Controller } from '@nestjs/common';
import { REPORT_QUEUES } from '@waybill/contracts';
import { ACK, BatchHandler, dead, type IncomingMessage, type Verdict } from '@waybill/messaging';
import { LimitDeadLetters } from '../unusable/limit-dead-letters.js';
import { type DecodedReport, decodeReport } from './decode-report.js';
import { IngestReports } from './ingest-reports.handler.js';
import { splitBatch } from './split-batch.js';

/** Transactions of one process at the same time. */
const IN_FLIGHT = 2;

/**
 * What agents say about their executions. A message that can never be used goes to `reports.status.dead` with the reason, alone; so many of
 * one computer in an hour.
 *
 * Twice as many messages are taken as fit into a transaction, so that one part is read and checked while the database works on the other.
 * Measured on a busy two-core machine, 60,000 to 100,000 waiting reports against the floor of the same minute: 41 and 48 % one at a
 * time, 54 and 77 % so.
 */
@Controller()
export class StatusReportsConsumer {
  constructor(
    private readonly ingest: IngestReports,
    private readonly deadLetters: LimitDeadLetters,
  ) {}

  @BatchHandler({ vhost: 'agents', queue: REPORT_QUEUES.status, maxMessages: 1000, maxWaitMs: 50, prefetch: 2000 })
  async onReports(messages: IncomingMessage[]): Promise<Verdict[]> {
    const parts = splitBatch(messages);
    const verdicts: Verdict[][] = [];
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < parts.length) {
        const index = next++;
        verdicts[index] = await this.ingestPart(parts[index]!);
      }
    };
    // Waits for all, also when one fails: nothing may still be writing when the messages are given back.
    const workers = await Promise.allSettled(Array.from({ length: IN_FLIGHT }, worker));
    for (const one of workers) if (one.status === 'rejected') throw one.reason;
    return verdicts.flat();
  }

  private async ingestPart(messages: IncomingMessage[]): Promise<Verdict[]> {
    const decoded = messages.map(decodeReport);
    await this.ingest.execute(decoded.flatMap((one) => (one.ok ? [one.report] : [])));
    return this.verdicts(messages, decoded);
  }

  /** What is over its computer's budget of dead letters is dropped: nobody else's reports may wait for it. */
  private async verdicts(messages: readonly IncomingMessage[], decoded: readonly DecodedReport[]): Promise<Verdict[]> {
    const unusable = decoded.flatMap((one, i) => (one.ok ? [] : [{ message: messages[i]!, reason: one.reason }]));
    const kept = await this.deadLetters.execute(unusable);
    const reasons = new Map(unusable.filter((_, i) => kept[i]).map(({ message, reason }) => [message, reason]));
    return messages.map((message) => (reasons.has(message) ? dead(reasons.get(message)!) : ACK));
  }
}
