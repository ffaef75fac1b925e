import { invalid } from '@waybill/contracts';
import { TABLE_FORMATS, type TableFormat } from '../http/table-file.js';

export const REPORT_FORMATS = ['json', ...TABLE_FORMATS] as const;
export const REPORT_ROWS = ['executions', 'summary'] as const;

/** What a caller wants of a report. */
export interface ReportChoice {
  format: 'json' | TableFormat;
  /** of a file: one row for each execution, or one for each line of the summary; JSON is the summary */
  rows: (typeof REPORT_ROWS)[number];
}

/**
 * `format` counts more than `Accept`. Files hold the executions unless the summary is asked for.
 * @param accepted the format that `Accept` prefers; false when it takes none of them
 * @throws WaybillError invalid `report.format`, `report.rows`
 */
export function reportChoice(
  format: string | undefined,
  rows: string | undefined,
  accepted: string | false,
): ReportChoice {
  const wanted = format ?? accepted;
  const chosen = REPORT_FORMATS.find((known) => known === wanted);
  if (!chosen) {
    throw invalid(
      'report.format',
      'A report is json, csv or ndjson: e.g. ?format=csv, or Accept: application/json, text/csv or application/x-ndjson.',
    );
  }
  if (rows !== undefined && !(REPORT_ROWS as readonly string[]).includes(rows))
    throw invalid('report.rows', 'rows must be executions or summary, e.g. ?format=csv&rows=summary.');
  if (chosen === 'json' && rows === 'executions')
    throw invalid(
      'report.rows',
      'A report as JSON is the summary; executions are files (?format=ndjson) or a list (GET /jobs/{id}/executions).',
    );
  return { format: chosen, rows: chosen === 'json' || rows === 'summary' ? 'summary' : 'executions' };
}
