import type { ProgressReport } from '@waybill/contracts';
import { COMPUTER, JOB } from '../ingest/report.fixtures.spec.js';
import { decodeProgress, furthest } from './decode-progress.js';

const progress = (fields: Partial<ProgressReport> = {}): ProgressReport => ({
  v: 1,
  computerId: COMPUTER,
  jobId: JOB,
  run: 1,
  attempt: 1,
  bytesDone: 10,
  bytesTotal: 100,
  at: '2026-09-01T00:00:00Z',
  ...fields,
});

const decode = (
  body: object | string,
  userId: string | null = `a-${COMPUTER}`,
  routingKey = `a-${COMPUTER}.progress.v1`,
) =>
  decodeProgress({ content: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), userId, routingKey });

describe('decodeProgress', () => {
  it('reads a report', () => {
    expect(decode(progress())).toMatchObject({ bytesDone: 10 });
  });

  it.each([
    ['not JSON', decode('{')],
    ['not a report', decode({ v: 1 })],
    ['a number no column holds', decode(progress({ bytesDone: 1e300 }))],
    ['no user', decode(progress(), null)],
    ['a foreign user', decode(progress(), 'a-someone')],
    ['a foreign routing key', decode(progress(), `a-${COMPUTER}`, `a-${COMPUTER}.status.v1`)],
  ])('drops %s', (_what, decoded) => {
    expect(decoded).toBeNull();
  });
});

describe('furthest', () => {
  it('keeps the furthest of the newest attempt', () => {
    const reports = [
      progress({ bytesDone: 90 }),
      progress({ attempt: 2, bytesDone: 20 }),
      progress({ attempt: 2, bytesDone: 10 }),
    ];
    expect(furthest(reports)).toEqual([reports[1]]);
  });
});
