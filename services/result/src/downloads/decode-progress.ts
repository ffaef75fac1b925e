import { computerUser, ProgressReport, reportKey, validateMessage } from '@waybill/contracts';
import type { ReportEnvelope } from '../ingest/decode-report.js';

/** The report, or null for anything else: progress is lossy, so nobody asks why. */
export function decodeProgress({ content, routingKey, userId }: ReportEnvelope): ProgressReport | null {
  const validated = validateMessage(ProgressReport, parse(content));
  if (!validated.ok) return null;
  const report = validated.value;
  const { computerId, run, attempt, bytesDone, bytesTotal } = report;
  const storable = [bytesDone, bytesTotal].every(Number.isSafeInteger) && Math.max(run, attempt) < 2 ** 31;
  const own = userId === computerUser(computerId) && routingKey === reportKey(computerId, 'progress');
  return storable && own ? report : null;
}

function parse(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString('utf8'));
  } catch {
    return null;
  }
}

/** The newest attempt's furthest report of each execution. */
export function furthest(reports: readonly ProgressReport[]): ProgressReport[] {
  const byExecution = new Map<string, ProgressReport>();
  for (const report of reports) {
    const key = `${report.computerId}/${report.jobId}/${report.run}`.toLowerCase();
    const known = byExecution.get(key);
    if (
      !known ||
      report.attempt > known.attempt ||
      (report.attempt === known.attempt && report.bytesDone > known.bytesDone)
    ) {
      byExecution.set(key, report);
    }
  }
  return [...byExecution.values()];
}
