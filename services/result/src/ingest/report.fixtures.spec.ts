import { computerUser, reportKey, type StatusReport } from '@waybill/contracts';
import type { ReportEnvelope } from './decode-report.js';

export const JOB = '0199d1c0-0000-7000-8000-000000000001';
export const COMPUTER = '0199d1c0-0000-7000-8000-0000000000c1';

/** A legal report; fields given replace its own. */
export function statusReport(fields: Partial<StatusReport> = {}): StatusReport {
  return {
    v: 1,
    computerId: COMPUTER,
    jobId: JOB,
    run: 1,
    attempt: 1,
    seq: 1,
    status: 'accepted',
    at: '2026-09-01T00:00:00.000Z',
    ...fields,
  };
}

/** The report as the broker delivers it from the computer that it names. */
export function envelope(report: object, fields: Partial<ReportEnvelope> = {}): ReportEnvelope {
  const { computerId = COMPUTER } = report as { computerId?: string };
  return {
    content: Buffer.from(JSON.stringify(report)),
    routingKey: reportKey(computerId, 'status'),
    userId: computerUser(computerId),
    ...fields,
  };
}
