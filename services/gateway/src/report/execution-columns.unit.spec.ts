import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { ExecutionView } from '@waybill/contracts';
import { csvOf } from '../http/table-file.js';
import { EXECUTION_COLUMNS } from './execution-columns.js';

const execution = (changes: Partial<ExecutionView>): ExecutionView => ({
  jobId: '018f6f3e-7c1a-7000-8000-000000000001',
  run: 1,
  computerId: '018f6f3e-7c1a-7000-8000-000000000002',
  computerName: 'pc-1',
  status: 'failed',
  reason: 'install.exitCode',
  message: null,
  attempt: 2,
  exitCode: 1,
  queuedAt: '2026-09-01T00:00:00.000Z',
  startedAt: null,
  finishedAt: null,
  updatedAt: '2026-09-01T00:00:01.000Z',
  ...changes,
});

const reportOf = (rows: ExecutionView[]) =>
  text(Readable.from(rows, { objectMode: true }).pipe(csvOf(EXECUTION_COLUMNS)));

describe('the CSV report', () => {
  it('has a header line and one line per execution', async () => {
    const lines = (await reportOf([execution({}), execution({ computerName: 'pc-2' })])).trimEnd().split('\r\n');
    expect(lines[0]).toBe(
      'computerName,computerId,status,reason,message,attempt,exitCode,queuedAt,startedAt,finishedAt,updatedAt',
    );
    expect(lines).toHaveLength(3);
    expect(lines[2]).toMatch(/^pc-2,/);
  });

  it('quotes separators, quotes and line breaks', async () => {
    expect(await reportOf([execution({ message: 'a "b", c\nd' })])).toContain('"a ""b"", c\nd"');
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\u{ff1d}1+1', '\u{ff20}SUM(A1)'])(
    'keeps a spreadsheet from running %j',
    async (message) => {
      expect(await reportOf([execution({ message })])).toContain(`install.exitCode,'${message},`);
    },
  );
});
