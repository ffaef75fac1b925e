import { EXECUTION_STATUSES, StatusReport, validateMessage } from '@waybill/contracts';
import fc from 'fast-check';
import { isInstant, isPlainStatusReport } from './accept-status-report.js';
import { statusReport } from './report.fixtures.spec.js';

const instant = fc
  .date({ min: new Date('1990-01-01'), max: new Date('2199-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString());
const uuid = fc.uuid();
const text = (maxLength: number): fc.Arbitrary<string> => fc.string({ unit: 'binary', maxLength });
const orAbsent = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null });
const count = fc.integer({ min: 1, max: 2_147_483_647 });

const step = fc.record(
  {
    name: text(30),
    startedAt: instant,
    finishedAt: orAbsent(instant),
    ok: orAbsent(fc.boolean()),
    detail: orAbsent(text(100)),
  },
  { requiredKeys: ['name', 'startedAt'] },
);

const legal = fc.record(
  {
    v: fc.constant(1),
    computerId: uuid,
    jobId: uuid,
    run: count,
    attempt: count,
    seq: count,
    status: fc.constantFrom(...EXECUTION_STATUSES),
    at: instant,
    reason: orAbsent(text(40)),
    message: orAbsent(text(100)),
    exitCode: orAbsent(fc.integer({ min: -1, max: 4_294_967_295 })),
    steps: orAbsent(fc.array(step, { maxLength: 3 })),
    logTail: orAbsent(text(200)),
    evidence: orAbsent(text(50)),
    retryAt: orAbsent(instant),
  },
  { requiredKeys: ['v', 'computerId', 'jobId', 'run', 'attempt', 'seq', 'status', 'at'] },
);

const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    '1',
    0,
    -1,
    -2,
    1.5,
    2 ** 31,
    2 ** 32,
    1e300,
    true,
    [],
    {},
    'x'.repeat(65),
    'x'.repeat(101),
    'x'.repeat(2001),
    'x'.repeat(65_537),
    '2026',
    '2026-W01',
    '2026-02-30T00:00:00Z',
    '2026-02-28 00:00:00Z',
    '2026-02-28T24:00:00Z',
    '2026-02-28T00:00:00+15:00',
    '00000000-0000-0000-0000-000000000000',
    '0199D1C0-0000-7000-8000-000000000001',
    '0199d1c0-0000-9000-8000-000000000001',
    [null],
    [{}],
    [{ name: 'install', startedAt: '2026', extra: 1 }],
    Array.from({ length: 201 }, () => ({ name: 'install', startedAt: '2026-02-28T00:00:00Z' })),
  ),
  fc.jsonValue(),
);

const fields = [
  'v',
  'computerId',
  'jobId',
  'run',
  'attempt',
  'seq',
  'status',
  'at',
  'reason',
  'message',
  'exitCode',
  'steps',
  'logTail',
  'evidence',
];
const damaged = fc
  .tuple(legal, fc.constantFrom(...fields, 'extra', 'constructor'), odd)
  .map(([report, field, value]): unknown => ({ ...report, [field]: value }));

const overTheWire = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('isPlainStatusReport', () => {
  it('accepts what agents send', () => {
    fc.assert(
      fc.property(legal, (report) => isPlainStatusReport(overTheWire(report))),
      { seed: 3, numRuns: 500 },
    );
  });

  it('accepts nothing that the message class refuses', () => {
    fc.assert(
      fc.property(fc.oneof(damaged, legal, fc.jsonValue()), (input) => {
        const value = overTheWire(input);
        return !isPlainStatusReport(value) || validateMessage(StatusReport, value).ok;
      }),
      { seed: 3, numRuns: 3000 },
    );
  });

  it.each([
    ['an array', []],
    ['null', null],
    ['a string', 'report'],
    ['an unknown field', { ...statusReport(), extra: 1 }],
    ['a number in quotes', { ...statusReport(), seq: '1' }],
    ['a number beyond the column', statusReport({ seq: 2 ** 31 })],
    [
      'an unknown field in a step',
      statusReport({ steps: [{ name: 'install', startedAt: '2026-02-28T00:00:00Z', extra: 1 } as never] }),
    ],
  ])('leaves %s to the class', (_what, value) => {
    expect(isPlainStatusReport(value)).toBe(false);
  });
});

describe('isInstant', () => {
  it.each(['2026-09-01T00:00:00Z', '2026-09-01T09:00:00.123456+09:00', '2024-02-29T23:59:59Z'])('takes %s', (text) => {
    expect(isInstant(text)).toBe(true);
  });

  it.each([
    '2026-09-01',
    '2026',
    '2026-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-09-01T24:00:00Z',
    '2026-09-01T00:00:00',
    '+12026-09-01T00:00:00Z',
    5,
  ])('refuses %s', (text) => {
    expect(isInstant(text)).toBe(false);
  });
});
