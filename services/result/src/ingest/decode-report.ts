import { isUtf8 } from 'node:buffer';
import { computerUser, reportKey, StatusReport, validateMessage } from '@waybill/contracts';
import { isInstant, isPlainStatusReport, MAX_INT } from './accept-status-report.js';

/** Largest report: 128 KiB of JSON (a log tail of 64 KiB, escaped). */
const MAX_BYTES = 131_072;

/** What the broker says about a report and what the agent says in it. */
export interface ReportEnvelope {
  content: Buffer;
  routingKey: string;
  /** checked by the broker against the connection's user; null when the publisher did not set it */
  userId: string | null;
}

/** @property reason why the message can never be used, for its dead letter */
export type DecodedReport = { ok: true; report: StatusReport } | { ok: false; reason: string };

/**
 * Reads one message of `reports.status`. Nothing of it is trusted: the broker vouches only for `userId`, so the routing key and the
 * computer in the payload must name the same computer.
 */
export function decodeReport(envelope: ReportEnvelope): DecodedReport {
  const { content } = envelope;
  if (content.length > MAX_BYTES)
    return refuse(`report.tooLarge: ${content.length} bytes, at most ${MAX_BYTES} are taken`);
  if (!isUtf8(content)) return refuse('report.notUtf8: the body is not UTF-8');
  const value = parse(content);
  if (value === undefined) return refuse('report.notJson: the body is not JSON');
  const checked = check(value);
  if (!checked.ok) return checked;
  const { report } = checked;
  const wrong = originError(report, envelope);
  if (wrong !== null) return refuse(`report.forged: ${wrong}`);
  return { ok: true, report: normalise(report, content) };
}

function parse(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString('utf8'));
  } catch {
    return undefined;
  }
}

function check(value: unknown): DecodedReport {
  if (isPlainStatusReport(value)) return { ok: true, report: value };
  const validated = validateMessage(StatusReport, value);
  if (!validated.ok) {
    return refuse(
      `report.invalid: ${validated.errors.map(({ pointer, message }) => `${pointer} ${message}`.trim()).join('; ')}`,
    );
  }
  const report = validated.value;
  for (const field of ['run', 'attempt', 'seq'] as const) {
    if (report[field] > MAX_INT) return refuse(`report.invalid: /${field} must not be greater than ${MAX_INT}`);
  }
  if (!isInstant(report.at))
    return refuse('report.invalid: /at must be an RFC 3339 instant such as 2026-09-01T00:00:00.000Z');
  if (report.retryAt && !isInstant(report.retryAt))
    return refuse('report.invalid: /retryAt must be an RFC 3339 instant such as 2026-09-01T00:00:00.000Z');
  return { ok: true, report };
}

function originError(report: StatusReport, envelope: ReportEnvelope): string | null {
  if (envelope.userId === null) return 'the message names no user';
  if (envelope.userId !== computerUser(report.computerId))
    return `user ${envelope.userId} reports for computer ${report.computerId}`;
  const key = reportKey(report.computerId, 'status');
  return envelope.routingKey === key ? null : `routing key ${envelope.routingKey} is not ${key}`;
}

function normalise(report: StatusReport, content: Buffer): StatusReport {
  // Only a \u escape can bring a NUL or half a surrogate pair, which PostgreSQL refuses; without one there is nothing to mend.
  const mended = content.includes('\\u') ? (mend(report) as StatusReport) : report;
  mended.jobId = mended.jobId.toLowerCase();
  mended.computerId = mended.computerId.toLowerCase();
  return mended;
}

/** Copies a JSON value with the characters replaced that PostgreSQL cannot hold. */
function mend(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\0', '\uFFFD').toWellFormed();
  if (Array.isArray(value)) return value.map(mend);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mend(inner)]));
}

function refuse(reason: string): { ok: false; reason: string } {
  return { ok: false, reason };
}
