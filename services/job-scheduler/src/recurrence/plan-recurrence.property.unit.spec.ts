import type { FieldError } from '@waybill/contracts';
import fc from 'fast-check';
import { NOW } from '../jobs/a-job.fixture.spec.js';
import { planSchedule } from '../jobs/plan-schedule.js';
import { dueAt } from './recurrence.js';

const list = (of: fc.Arbitrary<unknown>) => fc.array(of, { minLength: 1, maxLength: 4 }).map((values) => values.join());
const counted = (max: number) => list(fc.integer({ min: -max, max }).filter((n) => n !== 0));
const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const part = (name: string, value: fc.Arbitrary<unknown>) => value.map((v) => `${name}=${String(v)}`);

/** Rules that are mostly right, in any order of their parts. */
const anyRule = fc
  .tuple(
    part('FREQ', fc.constantFrom('DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY')),
    fc.oneof(
      part('COUNT', fc.integer({ min: 1, max: 1_000 })),
      part('UNTIL', fc.constantFrom('20260902', '20270101T000000', '20301231T235959Z', '20260229')),
    ),
    fc.uniqueArray(
      fc.oneof(
        part('INTERVAL', fc.integer({ min: 1, max: 999 })),
        part('WKST', fc.constantFrom(...WEEKDAYS)),
        part('BYMONTH', list(fc.integer({ min: 1, max: 12 }))),
        part('BYWEEKNO', counted(53)),
        part('BYYEARDAY', counted(366)),
        part('BYMONTHDAY', counted(31)),
        part('BYDAY', list(fc.constantFrom(...WEEKDAYS))),
        part(
          'BYDAY',
          list(
            fc
              .tuple(fc.constantFrom('', '1', '-1', '5', '-53'), fc.constantFrom(...WEEKDAYS))
              .map(([n, day]) => n + day),
          ),
        ),
        part('BYHOUR', list(fc.integer({ min: 0, max: 23 }))),
        part('BYMINUTE', fc.integer({ min: 0, max: 59 })),
        part('BYSECOND', fc.integer({ min: 0, max: 59 })),
        part('BYSETPOS', counted(366)),
      ),
      { selector: (text) => text.split('=')[0], maxLength: 5 },
    ),
  )
  .map(([frequency, end, rest]) => [...rest, frequency, end].join(';'));
const anyZone = fc.constantFrom('UTC', 'Asia/Tokyo', 'Europe/Berlin', 'America/Havana', 'Australia/Lord_Howe');

describe('whatever the rule', () => {
  it('it is refused in words, or its runs are ahead, in order, and not too many', () => {
    let taken = 0;
    fc.assert(
      fc.property(anyRule, anyZone, (recurrence, zone) => {
        const errors: FieldError[] = [];
        const planned = planSchedule({ startAt: '2026-08-31T02:30:00', zone, recurrence }, NOW, errors).recurrence;
        if (!planned) return void expect(errors.every(({ pointer }) => pointer === '/schedule/recurrence')).toBe(true);
        taken++;
        expect(errors).toEqual([]);
        expect(planned.runs.length).toBeGreaterThan(0);
        expect(planned.runs.length).toBeLessThanOrEqual(1_000);
        const moments = planned.runs.map((_, i) => dueAt(planned, i + 1)!.getTime());
        expect(moments[0]).toBeGreaterThan(NOW.getTime());
        expect(moments.every((moment, i) => i === 0 || moment > moments[i - 1]!)).toBe(true);
      }),
      { numRuns: 300 },
    );
    expect(taken).toBeGreaterThan(20);
  });

  it('no text makes it throw', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom('FREQ', 'COUNT', 'UNTIL', 'BYDAY', '=', ';', ',', 'DAILY', '1', '__proto__'),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const schedule = { startAt: '2026-09-02T02:30:00', recurrence: pieces.join('') };
        expect(() => planSchedule(schedule, NOW, [])).not.toThrow();
      }),
      { numRuns: 500 },
    );
  });
});
