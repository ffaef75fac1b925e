import { decodeReport } from './decode-report.js';
import { COMPUTER, envelope, statusReport } from './report.fixtures.spec.js';

const OTHER = '0199d1c0-0000-7000-8000-0000000000c2';

describe('decodeReport', () => {
  it('reads a legal report', () => {
    const report = statusReport({ steps: [{ name: 'install', startedAt: '2026-09-01T00:00:00Z' }] });
    expect(decodeReport(envelope(report))).toEqual({ ok: true, report });
  });

  it('keeps an odd but legal report', () => {
    const report = statusReport({ jobId: statusReport().jobId.toUpperCase() });
    expect(decodeReport(envelope(report))).toMatchObject({ ok: true, report: { jobId: statusReport().jobId } });
  });

  it.each([
    ['broken JSON', envelope(statusReport(), { content: Buffer.from('{"v":1,') }), 'report.notJson'],
    ['no JSON at all', envelope(statusReport(), { content: Buffer.alloc(0) }), 'report.notJson'],
    ['broken UTF-8', envelope(statusReport(), { content: Buffer.from([0x22, 0xc3, 0x28, 0x22]) }), 'report.notUtf8'],
    [
      'more than 128 KiB',
      envelope(statusReport(), { content: Buffer.alloc(131_073, ' ') }),
      'report.tooLarge: 131073 bytes',
    ],
    ['an array', envelope([]), 'report.invalid: must be a JSON object'],
    ['a number in quotes', envelope({ ...statusReport(), seq: '1' }), 'report.invalid: /seq'],
    ['an unknown field', envelope({ ...statusReport(), statuss: 'failed' }), 'unknown field "statuss"'],
    ['an unknown status', envelope({ ...statusReport(), status: 'done' }), 'report.invalid: /status'],
    [
      'a number that no column holds',
      envelope(statusReport({ attempt: 2 ** 31 })),
      'report.invalid: /attempt must not be greater',
    ],
    [
      'a date without a time',
      envelope(statusReport({ at: '2026-09-01' })),
      'report.invalid: /at must be an RFC 3339 instant',
    ],
    ['a day that does not exist', envelope(statusReport({ at: '2026-02-30T00:00:00Z' })), 'report.invalid: /at'],
    ['no time of the next attempt', envelope(statusReport({ retryAt: '2026-09-01' })), 'report.invalid: /retryAt'],
    ['no user', envelope(statusReport(), { userId: null }), 'report.forged: the message names no user'],
    [
      'another user',
      envelope(statusReport(), { userId: `a-${OTHER}` }),
      `report.forged: user a-${OTHER} reports for computer ${COMPUTER}`,
    ],
    [
      'another routing key',
      envelope(statusReport(), { routingKey: `a-${OTHER}.status.v1` }),
      'report.forged: routing key',
    ],
    [
      'the progress key',
      envelope(statusReport(), { routingKey: `a-${COMPUTER}.progress.v1` }),
      'report.forged: routing key',
    ],
    [
      'another computer in the payload',
      envelope(
        { ...statusReport(), computerId: OTHER },
        { userId: `a-${COMPUTER}`, routingKey: `a-${COMPUTER}.status.v1` },
      ),
      'report.forged: user',
    ],
  ])('refuses %s', (_what, message, reason) => {
    const decoded = decodeReport(message);
    expect(decoded).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
  });

  it('replaces characters that PostgreSQL cannot hold', () => {
    const report = statusReport({
      logTail: 'a\0b',
      steps: [{ name: 'install', startedAt: '2026-09-01T00:00:00Z', detail: 'x\ud800y' }],
    });
    const decoded = decodeReport(envelope(report));
    expect(decoded).toMatchObject({ ok: true, report: { logTail: 'a\uFFFDb', steps: [{ detail: 'x\uFFFDy' }] } });
  });
});
