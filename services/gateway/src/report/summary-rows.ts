import type { JobReport, ReportSlice } from '@waybill/contracts';

/** One line of a summary as a table; what a kind of line does not have is null. */
export interface SummaryRow extends Partial<ReportSlice> {
  section: 'total' | 'status' | 'duration' | 'reason' | 'platform' | 'group' | 'site' | 'wave';
  key: string | number | null;
  status?: string;
  exitCode?: number | null;
  p50?: number | null;
  p90?: number | null;
  p99?: number | null;
}

export const SUMMARY_COLUMNS = [
  'section',
  'key',
  'status',
  'exitCode',
  'total',
  'finished',
  'succeeded',
  'failed',
  'successPercent',
  'p50',
  'p90',
  'p99',
] as const satisfies (keyof SummaryRow)[];

/** The lists of a report one after the other; durations are seconds, `total` is what was counted. */
export function summaryRows(report: JobReport): SummaryRow[] {
  const { queuedToFinal, execution } = report.durations;
  const rows: SummaryRow[] = [
    { section: 'total', key: report.jobId, ...report.total },
    ...Object.entries(report.counters).map(([key, total]) => ({ section: 'status' as const, key, total })),
    ...Object.entries({ queuedToFinal, execution }).map(([key, { count, ...percentiles }]) => ({
      section: 'duration' as const,
      key,
      total: count,
      ...percentiles,
    })),
    ...report.reasons.map(({ reason, status, exitCode, count }) => ({
      section: 'reason' as const,
      key: reason,
      status,
      exitCode,
      total: count,
    })),
    ...report.platforms.map(({ platform, ...slice }) => ({ section: 'platform' as const, key: platform, ...slice })),
    ...report.groups.map(({ group, ...slice }) => ({ section: 'group' as const, key: group, ...slice })),
    ...report.sites.map(({ site, ...slice }) => ({ section: 'site' as const, key: site, ...slice })),
    ...report.waves.map(({ wave, ...slice }) => ({ section: 'wave' as const, key: wave, ...slice })),
  ];
  return rows.map((row) => ({ ...EMPTY, ...row }));
}

const EMPTY = Object.fromEntries(SUMMARY_COLUMNS.map((name) => [name, null]));
