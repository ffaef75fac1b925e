import { Injectable } from '@nestjs/common';
import { ANOMALY_KINDS, type AnomalyListRequest, type AnomalyView, type Page } from '@waybill/contracts';
import { keysetPage, type ListSpec } from '@waybill/persistence';
import { DataSource } from 'typeorm';
import { withinLimits } from '../limits/job-limits.js';

const ANOMALIES: ListSpec = {
  select: `a.id, a.job_id AS "jobId", a.computer_id AS "computerId", a.attempt, a.kind, a.report, a.at,
    least(c.total, 2147483647)::int AS "computerTotal"`,
  from: 'anomalies a JOIN anomaly_counters c USING (computer_id)',
  where: `($1::uuid IS NULL OR a.job_id = $1) AND ${withinLimits('a.job_id', '$2')}`,
  fields: {
    id: { sql: 'a.id', type: 'uuid', sortable: true },
    jobId: { sql: 'a.job_id', type: 'uuid' },
    computerId: { sql: 'a.computer_id', type: 'uuid' },
    attempt: { sql: 'a.attempt', type: 'number' },
    kind: { sql: 'a.kind', type: 'enum', values: ANOMALY_KINDS },
    at: { sql: 'a.at', type: 'timestamp', sortable: true },
  },
  defaultSort: '-id',
  unique: 'id',
};

/** Reports that were kept and not applied, newest first. */
@Injectable()
export class ListAnomalies {
  constructor(private readonly dataSource: DataSource) {}

  /** @param limits scope of the jobs that count, null for all */
  async execute({ jobId, ...query }: AnomalyListRequest, limits: string | null): Promise<Page<AnomalyView>> {
    const { items, nextCursor } = await keysetPage<Omit<AnomalyView, 'at'> & { at: Date }>(
      this.dataSource,
      ANOMALIES,
      query,
      [jobId ?? null, limits],
    );
    return { items: items.map((item) => ({ ...item, at: item.at.toISOString() })), nextCursor };
  }
}
