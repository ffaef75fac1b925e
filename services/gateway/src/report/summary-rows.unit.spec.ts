import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { emptyCounters, type JobReport } from '@waybill/contracts';
import { csvOf } from '../http/table-file.js';
import { SUMMARY_COLUMNS, summaryRows } from './summary-rows.js';

const slice = { total: 2, finished: 2, succeeded: 1, failed: 1, successPercent: 50 };
const REPORT: JobReport = {
  jobId: '018f6f3e-7c1a-7000-8000-000000000001',
  run: 1,
  at: '2026-09-01T00:00:00.000Z',
  total: slice,
  counters: { ...emptyCounters(), succeeded: 1, failed: 1 },
  durations: {
    queuedToFinal: { count: 2, p50: 1, p90: 2, p99: 2.5 },
    execution: { count: 0, p50: null, p90: null, p99: null },
  },
  reasons: [{ status: 'failed', reason: 'install.exitCode', message: null, exitCode: 3, count: 1 }],
  platforms: [{ platform: 'linux/x64', ...slice }],
  groups: [{ group: '=HYPERLINK("x")', ...slice }],
  sites: [{ site: null, ...slice }],
  waves: [{ wave: 1, ...slice }],
  leftOut: { reasons: 0, platforms: 0, sites: 0 },
};

describe('the summary as a table', () => {
  it('has one line for each thing counted, and no spreadsheet runs a name', async () => {
    const csv = await text(Readable.from(summaryRows(REPORT), { objectMode: true }).pipe(csvOf(SUMMARY_COLUMNS)));
    const lines = csv.trimEnd().split('\r\n');
    expect(lines[0]).toBe('section,key,status,exitCode,total,finished,succeeded,failed,successPercent,p50,p90,p99');
    expect(lines).toEqual(
      expect.arrayContaining([
        'total,018f6f3e-7c1a-7000-8000-000000000001,,,2,2,1,1,50,,,',
        'status,failed,,,1,,,,,,,',
        'duration,queuedToFinal,,,2,,,,,1,2,2.5',
        'duration,execution,,,0,,,,,,,',
        'reason,install.exitCode,failed,3,1,,,,,,,',
        'platform,linux/x64,,,2,2,1,1,50,,,',
        `group,"'=HYPERLINK(""x"")",,,2,2,1,1,50,,,`,
        'site,,,,2,2,1,1,50,,,',
        'wave,1,,,2,2,1,1,50,,,',
      ]),
    );
  });
});
