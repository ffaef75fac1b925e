import { v7 as uuidv7 } from 'uuid';
import type { Journal } from '../journal/journal.js';
import { isFinal } from '@waybill/contracts/agent';
import type { ProvenExecute } from '../commands/proven-command.js';
import { newAttempt } from '../execution/attempt.js';
import type { AttemptKey } from '../journal/journal.records.js';
import { type Clock, timestamp } from '../time/clock.js';
import { type Statement, statusReport } from './status-report.js';

/** Journals reports; call it inside the transaction of the change that the report tells of. */
export class ReportWriter {
  private readonly listeners: ((final: boolean) => void)[] = [];

  constructor(
    private readonly computerId: string,
    private readonly journal: Journal,
    private readonly clock: Clock,
  ) {}

  /** Called after a report was written. It may not be committed yet: send in a later turn. */
  onWritten(listener: (final: boolean) => void): void {
    this.listeners.push(listener);
  }

  /** Writes the attempt's next report; its number rises in the same transaction. */
  write(key: AttemptKey, statement: Statement): void {
    const record = this.journal.attempt(key);
    if (!record) return;
    const report = statusReport(this.computerId, record, statement, timestamp(this.clock));
    const final = isFinal(report.status);
    this.journal.changeAttempt(key, { reportSeq: report.seq, status: report.status, lastReport: report });
    this.journal.putReport({ id: uuidv7(), report, final });
    this.announce(final);
  }

  /** Sends the newest report of an attempt once more, for a server that does not know of it. */
  repeat(key: AttemptKey): void {
    const report = this.journal.attempt(key)?.lastReport;
    if (!report) return;
    this.journal.putReport({ id: uuidv7(), report, final: isFinal(report.status) });
    this.announce(isFinal(report.status));
  }

  /**
   * Tells of a command whose proof of origin does not hold. The report is about no attempt of this journal, and the server
   * takes it for none of its own: a genuine command for the same attempt begins with its first report as if this were not.
   */
  refuse(claimed: ProvenExecute, message: string): void {
    const at = timestamp(this.clock);
    const statement = { status: 'rejected' as const, reason: 'command.refused', message };
    const report = statusReport(this.computerId, newAttempt(claimed, at), statement, at);
    this.journal.putReport({ id: uuidv7(), report, final: true, refusal: true });
    this.announce(true);
  }

  private announce(final: boolean): void {
    for (const listener of this.listeners) listener(final);
  }
}
