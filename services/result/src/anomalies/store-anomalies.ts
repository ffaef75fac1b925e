import { Injectable } from '@nestjs/common';
import { EVENTS, EXCHANGES, type ExecutionAnomaly, type StatusReport } from '@waybill/contracts';
import { Outbox, type OutboxMessage } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import { v7 } from 'uuid';
import type { AnomalyKind } from '../ingest/judge-report.js';

/** Reports kept per job and computer at most: one broken or hostile agent must not fill the disk. */
const MAX_PER_EXECUTION = 100;

const STORE_SQL = `
  INSERT INTO anomalies (id, job_id, run, computer_id, attempt, seq, kind, report)
  SELECT $1::uuid, $2::uuid, $3::int, $4::uuid, $5::int, $6::int, $7::text, $8::jsonb
  WHERE (SELECT count(*) FROM anomalies WHERE job_id = $2 AND run = $3 AND computer_id = $4) < ${MAX_PER_EXECUTION}
  ON CONFLICT DO NOTHING
  RETURNING id`;

/** A report that was not applied, and why. */
export interface Anomaly {
  report: StatusReport;
  kind: AnomalyKind;
}

/** Keeps reports that could not be applied and tells the scheduler. The same report again is kept and told once. */
@Injectable()
export class StoreAnomalies {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly outbox: Outbox,
  ) {}

  async execute(anomalies: readonly Anomaly[]): Promise<void> {
    await this.unitOfWork.run(async (manager) => {
      const news: OutboxMessage[] = [];
      for (const { report, kind } of inKeyOrder(anomalies)) {
        const { jobId, run, computerId, attempt, seq } = report;
        const stored = await manager.query<unknown[]>(STORE_SQL, [
          v7(),
          jobId,
          run,
          computerId,
          attempt,
          seq,
          kind,
          JSON.stringify(report),
        ]);
        if (stored.length === 1)
          news.push(event({ v: 1, computerId, jobId, run, attempt, kind, at: new Date().toISOString() }));
      }
      await this.outbox.add(manager, news);
    });
  }
}

/** Two replicas may hold the same reports; inserting in one order keeps them from waiting for each other. */
function inKeyOrder(anomalies: readonly Anomaly[]): Anomaly[] {
  const key = ({ report, kind }: Anomaly): string =>
    [report.jobId, report.run, report.computerId, report.attempt, report.seq, kind].join('/');
  return anomalies.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

function event(body: ExecutionAnomaly): OutboxMessage {
  const type = EVENTS.executionAnomaly;
  return { vhost: 'services', exchange: EXCHANGES.events, routingKey: type, type, messageId: v7(), body };
}
