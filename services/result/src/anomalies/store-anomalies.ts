import { Injectable } from '@nestjs/common';
import { EVENTS, EXCHANGES, type ExecutionAnomaly, type StatusReport } from '@waybill/contracts';
import { Outbox, type OutboxMessage } from '@waybill/messaging';
import { UnitOfWork } from '@waybill/persistence';
import type { EntityManager } from 'typeorm';
import { v7 } from 'uuid';
import type { AnomalyKind } from '../ingest/judge-report.js';
import { COUNT_SQL, FORGET_SQL, INSERT_SQL, LOCK_COUNTERS_SQL } from './store-anomalies.sql.js';

/** Newest reports kept per computer: one broken or hostile agent must not fill the disk. All are counted. */
const KEPT_PER_COMPUTER = 100;

/** Anomalies of one computer told in an hour: it must not fill the outbox either. */
const TOLD_PER_HOUR = 100;
/** Part of them for what only people look at; the rest stays for work on a job that does not target the computer, which is answered. */
const TOLD_FOR_PEOPLE = 50;

/** A report that was not applied, and why. */
export interface Anomaly {
  report: StatusReport;
  kind: AnomalyKind;
}

/** Keeps reports that could not be applied and tells the scheduler. The same report again, while it is kept, is counted and told once. */
@Injectable()
export class StoreAnomalies {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly outbox: Outbox,
  ) {}

  async execute(anomalies: readonly Anomaly[]): Promise<void> {
    if (anomalies.length === 0) return;
    await this.unitOfWork.run(async (manager) => {
      const told = await lockCounters(manager, anomalies);
      const stored = await insert(manager, anomalies);
      const news = stored.filter(({ report: { computerId }, kind }) => {
        const before = told.get(computerId)!;
        if (before >= (kind === 'noExecution' ? TOLD_PER_HOUR : TOLD_FOR_PEOPLE)) return false;
        told.set(computerId, before + 1);
        return true;
      });
      await count(manager, stored, news);
      await this.outbox.add(manager, news.map(event));
    });
  }
}

/** Anomalies told in this hour, by computer; nobody else changes those computers' anomalies until the transaction ends. */
async function lockCounters(manager: EntityManager, anomalies: readonly Anomaly[]): Promise<Map<string, number>> {
  const rows = await manager.query<{ computerId: string; told: number }[]>(LOCK_COUNTERS_SQL, [computers(anomalies)]);
  return new Map(rows.map(({ computerId, told }) => [computerId, told]));
}

/** @returns those that were not known */
async function insert(manager: EntityManager, anomalies: readonly Anomaly[]): Promise<Anomaly[]> {
  const byId = new Map(anomalies.map((anomaly) => [v7(), anomaly]));
  const column = <T>(pick: (report: StatusReport, kind: AnomalyKind) => T) =>
    [...byId.values()].map(({ report, kind }) => pick(report, kind));
  const rows = await manager.query<{ id: string }[]>(INSERT_SQL, [
    [...byId.keys()],
    column(({ jobId }) => jobId),
    column(({ run }) => run),
    column(({ computerId }) => computerId),
    column(({ attempt }) => attempt),
    column(({ seq }) => seq),
    column((_, kind) => kind),
    column((report) => JSON.stringify(report)),
  ]);
  return rows.map(({ id }) => byId.get(id)!);
}

async function count(manager: EntityManager, stored: readonly Anomaly[], told: readonly Anomaly[]): Promise<void> {
  const concerned = [...new Set(computers(stored))];
  const of = (some: readonly Anomaly[]) =>
    concerned.map((id) => some.filter(({ report }) => report.computerId === id).length);
  await manager.query(COUNT_SQL, [concerned, of(stored), of(told)]);
  await manager.query(FORGET_SQL, [concerned, KEPT_PER_COMPUTER]);
}

function computers(anomalies: readonly Anomaly[]): string[] {
  return anomalies.map(({ report }) => report.computerId);
}

function event({ report, kind }: Anomaly): OutboxMessage {
  const { computerId, jobId, run, attempt } = report;
  const body: ExecutionAnomaly = { v: 1, computerId, jobId, run, attempt, kind, at: new Date().toISOString() };
  const type = EVENTS.executionAnomaly;
  return { vhost: 'services', exchange: EXCHANGES.events, routingKey: type, type, messageId: v7(), body };
}
