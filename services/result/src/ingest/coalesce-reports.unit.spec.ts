import { coalesceReports } from './coalesce-reports.js';
import { statusReport } from './report.fixtures.spec.js';

const steps = [{ name: 'download', startedAt: '2026-09-01T00:00:00Z' }];

describe('coalesceReports', () => {
  it('keeps reports of different executions and attempts apart', () => {
    const reports = [
      statusReport(),
      statusReport({ attempt: 2 }),
      statusReport({ run: 2 }),
      statusReport({ computerId: statusReport().jobId }),
    ];
    expect(coalesceReports(reports).map(({ report }) => report)).toEqual(reports);
  });

  it('makes the newest of one attempt, whatever the order and however often', () => {
    const first = statusReport({ seq: 1, at: '2026-09-01T00:00:01Z' });
    const second = statusReport({ seq: 2, status: 'downloading', at: '2026-09-01T00:00:02Z' });
    const third = statusReport({ seq: 3, status: 'installing', at: '2026-09-01T00:00:03Z' });
    expect(coalesceReports([second, third, first, second])).toEqual([
      { report: third, firstAt: first.at, afterFinal: false, overrulingSeq: 3, details: null },
    ]);
  });

  it('keeps steps, log and evidence of all, the newest first', () => {
    const older = statusReport({ seq: 1, steps, logTail: 'old', evidence: 'seen' });
    const newer = statusReport({ seq: 2, status: 'installing', logTail: 'new' });
    expect(coalesceReports([newer, older])[0]?.details).toEqual({ steps, logTail: 'new', evidence: 'seen' });
  });

  it('says nothing of details when there are none', () => {
    expect(coalesceReports([statusReport({ steps: [], logTail: '', evidence: '' })])[0]?.details).toBeNull();
  });

  it('remembers that an install began before the newest word', () => {
    const began = statusReport({ seq: 2, status: 'installing' });
    const waits = statusReport({ seq: 3, status: 'waiting' });
    expect(coalesceReports([statusReport(), waits, began])[0]).toMatchObject({ report: waits, overrulingSeq: 2 });
  });

  it('does not let a word after the end hide the end', () => {
    const end = statusReport({ seq: 2, status: 'failed' });
    const after = statusReport({ seq: 3, status: 'installing' });
    const rows = coalesceReports([after, end]);
    expect(rows.map(({ report, afterFinal }) => [report.seq, afterFinal])).toEqual([
      [2, false],
      [3, true],
    ]);
  });

  it('does not let a success without evidence hide what came before', () => {
    const installing = statusReport({ seq: 2, status: 'installing' });
    const claimed = statusReport({ seq: 3, status: 'succeeded', evidence: ' ' });
    expect(coalesceReports([claimed, installing]).map(({ report }) => report.seq)).toEqual([2, 3]);
  });
});
