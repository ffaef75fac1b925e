import { Injectable } from '@nestjs/common';
import { EVENTS, EXCHANGES, type FinalStatus, type JobAttemptsEnded } from '@waybill/contracts';
import { Outbox, type OutboxMessage } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import { v7 } from 'uuid';
import { sentenceOf } from '../executions/execution-view.js';
import { TAKE_ENDED_SQL } from './tell-ended.sql.js';

/** Notes per transaction, each of up to 500 attempts. */
const NOTES = 10;

/** `computerId` and what follows are null in the one row of a note of which nothing is left to tell. */
interface EndedRow {
  note: string;
  jobId: string;
  run: number;
  computerId: string | null;
  computerName: string;
  attempt: number;
  status: FinalStatus;
  reason: string | null;
  message: string | null;
  exitCode: number | null;
  endedAt: Date;
}

/**
 * Tells which attempts ended and how. The note is written in the transaction that ends them and deleted in the one that stores the event, so
 * a crash anywhere between loses nothing; of several replicas each takes other notes.
 */
@Injectable()
export class TellEnded {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly outbox: Outbox,
  ) {}

  /** Tells all there is to tell. */
  async round(): Promise<void> {
    while ((await this.some()) === NOTES);
  }

  /** @returns the number of notes taken */
  private some(): Promise<number> {
    return this.unitOfWork.run(async (manager) => {
      const rows = await manager.query<EndedRow[]>(TAKE_ENDED_SQL, [NOTES]);
      const notes = [...Map.groupBy(rows, ({ note }) => note).values()];
      const messages = notes
        .map((note) => note.filter(({ computerId }) => computerId !== null))
        .filter(({ length }) => length > 0)
        .map(messageOf);
      await this.outbox.add(manager, messages);
      return notes.length;
    });
  }
}

function messageOf(rows: EndedRow[]): OutboxMessage {
  const { jobId, run } = rows[0]!;
  const attempts = rows.map(({ computerId, computerName, attempt, status, reason, message, exitCode, endedAt }) => ({
    computerId: computerId!,
    computerName,
    attempt,
    status,
    reason,
    message: message ?? sentenceOf(status, reason),
    exitCode,
    endedAt: endedAt.toISOString(),
  }));
  const type = EVENTS.jobAttemptsEnded;
  const body: JobAttemptsEnded = { v: 1, jobId, run, attempts };
  return { vhost: 'services', exchange: EXCHANGES.events, routingKey: type, type, messageId: v7(), body };
}
