import type { AgentBroker } from '../broker/agent-broker.js';
import type { Journal } from '../journal/journal.js';
import type { UnsentReport } from '../journal/journal.records.js';
import type { Log } from '../log.js';
import { BackOff } from '../retry/back-off.js';

/** Milliseconds that a report of a passing state waits for a newer one of the same execution that makes it superfluous. */
const COALESCE_MS = 250;
const WINDOW = 100;

/** Sends journaled reports until they are confirmed: same message id each time, oldest first, on every connection anew. */
export class ReportSender {
  private broker: AgentBroker | null = null;
  private readonly sending = new Set<string>();
  private timer: NodeJS.Timeout | null = null;
  private dueAt = Infinity;
  private readonly backOff: BackOff;
  private stopped = false;

  constructor(
    private readonly journal: Journal,
    private readonly log: Log,
    private readonly coalesceMs: number = COALESCE_MS,
    random: () => number = Math.random,
  ) {
    this.backOff = new BackOff(500, 60_000, random);
  }

  /** Reports go over this connection from now on; null while there is none. */
  attach(broker: AgentBroker | null): void {
    this.broker = broker;
    this.sending.clear();
    if (broker) this.sendIn(0);
  }

  /** A report was journaled. One that ends an execution leaves at once, and takes the others along. */
  written(final: boolean): void {
    this.sendIn(final ? 0 : this.coalesceMs);
  }

  stop(): void {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
  }

  /** Resolves when nothing waits for a confirm, or after the time-out (milliseconds). */
  async drained(timeoutMs: number): Promise<void> {
    const until = Date.now() + timeoutMs;
    this.sendIn(0);
    while (this.broker && this.journal.unsent().length > 0 && Date.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 20));
  }

  private sendIn(milliseconds: number): void {
    const dueAt = Date.now() + milliseconds;
    if (this.stopped || !this.broker || dueAt >= this.dueAt) return;
    if (this.timer) clearTimeout(this.timer);
    this.dueAt = dueAt;
    this.timer = setTimeout(() => {
      this.dueAt = Infinity;
      this.send();
    }, milliseconds);
  }

  private send(): void {
    const broker = this.broker;
    if (!broker) return;
    const waiting = this.journal.unsent().filter(({ id }) => !this.sending.has(id));
    for (const unsent of waiting.slice(0, WINDOW - this.sending.size)) void this.publish(broker, unsent);
  }

  private async publish(broker: AgentBroker, unsent: UnsentReport): Promise<void> {
    this.sending.add(unsent.id);
    try {
      await broker.publishStatus(unsent);
      this.journal.transact('report.confirmed', () => this.journal.confirm(unsent.id));
      this.backOff.reset();
      if (this.broker === broker) this.sending.delete(unsent.id);
      if (this.sending.size === WINDOW - 1) this.sendIn(0);
    } catch (error) {
      if (this.broker !== broker || this.stopped) return;
      this.sending.delete(unsent.id);
      this.log.warn({ err: error, report: unsent.id }, 'a report was not confirmed; it will be sent again');
      this.sendIn(this.backOff.next());
    }
  }
}
