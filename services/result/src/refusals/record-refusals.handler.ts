import { Injectable } from '@nestjs/common';
import type { StatusReport } from '@waybill/contracts';
import { StoreAnomalies } from '../anomalies/store-anomalies.js';
import { PreparedSql } from '../database/prepared-sql.js';
import { SHOW_REFUSALS_SQL } from './show-refusals.sql.js';

/** Keeps what computers say of commands that were not genuine, and shows it where an execution waits. The same again changes nothing. */
@Injectable()
export class RecordRefusals {
  constructor(
    private readonly sql: PreparedSql,
    private readonly anomalies: StoreAnomalies,
  ) {}

  async execute(refusals: readonly StatusReport[]): Promise<void> {
    if (refusals.length === 0) return;
    await this.anomalies.execute(refusals.map((report) => ({ report, kind: 'commandRefused' })));
    await this.sql.query(SHOW_REFUSALS_SQL, [
      refusals.map(({ jobId }) => jobId),
      refusals.map(({ run }) => run),
      refusals.map(({ computerId }) => computerId),
      refusals.map(({ attempt }) => attempt),
      refusals.map(({ message }) => message ?? null),
    ]);
  }
}
