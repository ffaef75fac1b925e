import type { FieldError, JobSchedule } from '@waybill/contracts';
import { at, NOW } from '../jobs/a-job.fixture.spec.js';
import { planSchedule } from '../jobs/plan-schedule.js';
import { dueAt, momentsOf, type Recurrence } from './recurrence.js';

const START = { startAt: '2026-09-02T09:00:00', zone: 'Asia/Tokyo' };

function plan(schedule: JobSchedule, now = NOW) {
  const errors: FieldError[] = [];
  return { planned: planSchedule(schedule, now, errors), errors };
}

/** When the runs start, and that nothing was wrong. */
function runs(schedule: JobSchedule, now = NOW): Recurrence {
  const { planned, errors } = plan(schedule, now);
  expect(errors).toEqual([]);
  return planned.recurrence!;
}

/** Before anything of the schedule. */
const before = (startAt: string) => new Date(Date.parse(`${startAt.slice(0, 10)}T00:00:00Z`) - 2 * 86_400_000);

describe('the runs of a rule (RFC 5545, 3.8.5.3: its examples, cut short)', () => {
  it.each<[what: string, startAt: string, rule: string, expected: string[]]>([
    ['daily for 10 times', '1997-09-02', 'FREQ=DAILY;COUNT=3', ['1997-09-02', '1997-09-03', '1997-09-04']],
    ['daily until', '1997-12-22', 'FREQ=DAILY;UNTIL=19971224T000000Z', ['1997-12-22', '1997-12-23']],
    ['every other day', '1997-09-02', 'FREQ=DAILY;INTERVAL=2;COUNT=3', ['1997-09-02', '1997-09-04', '1997-09-06']],
    [
      'every day in January',
      '1998-01-30',
      'FREQ=YEARLY;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA;COUNT=3',
      ['1998-01-30', '1998-01-31', '1999-01-01'],
    ],
    [
      'every other week on Tuesday and Thursday, weeks from Sunday on',
      '1997-09-02',
      'FREQ=WEEKLY;INTERVAL=2;WKST=SU;COUNT=5;BYDAY=TU,TH',
      ['1997-09-02', '1997-09-04', '1997-09-16', '1997-09-18', '1997-09-30'],
    ],
    [
      'the same weeks from Monday on',
      '1997-08-05',
      'FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO',
      ['1997-08-05', '1997-08-10', '1997-08-19', '1997-08-24'],
    ],
    [
      'and from Sunday on',
      '1997-08-05',
      'FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU',
      ['1997-08-05', '1997-08-17', '1997-08-19', '1997-08-31'],
    ],
    ['the first Friday', '1997-09-05', 'FREQ=MONTHLY;COUNT=3;BYDAY=1FR', ['1997-09-05', '1997-10-03', '1997-11-07']],
    [
      'the last Friday of each month',
      '2026-09-01',
      'FREQ=MONTHLY;BYDAY=-1FR;COUNT=6',
      ['2026-09-25', '2026-10-30', '2026-11-27', '2026-12-25', '2027-01-29', '2027-02-26'],
    ],
    [
      'every other month, first and last Sunday',
      '1997-09-07',
      'FREQ=MONTHLY;INTERVAL=2;COUNT=4;BYDAY=1SU,-1SU',
      ['1997-09-07', '1997-09-28', '1997-11-02', '1997-11-30'],
    ],
    ['the last but one Monday', '1997-09-22', 'FREQ=MONTHLY;COUNT=2;BYDAY=-2MO', ['1997-09-22', '1997-10-20']],
    ['the third to the last day', '1997-09-28', 'FREQ=MONTHLY;BYMONTHDAY=-3;COUNT=2', ['1997-09-28', '1997-10-29']],
    [
      'first and last day',
      '1997-09-30',
      'FREQ=MONTHLY;COUNT=3;BYMONTHDAY=1,-1',
      ['1997-09-30', '1997-10-01', '1997-10-31'],
    ],
    ['the 31st, where there is one', '2026-01-31', 'FREQ=MONTHLY;COUNT=3', ['2026-01-31', '2026-03-31', '2026-05-31']],
    ['29 February', '2024-02-29', 'FREQ=YEARLY;COUNT=2', ['2024-02-29', '2028-02-29']],
    ['June and July', '1997-06-10', 'FREQ=YEARLY;COUNT=3;BYMONTH=6,7', ['1997-06-10', '1997-07-10', '1998-06-10']],
    [
      'days of the year',
      '1997-01-01',
      'FREQ=YEARLY;INTERVAL=3;COUNT=4;BYYEARDAY=1,100,200',
      ['1997-01-01', '1997-04-10', '1997-07-19', '2000-01-01'],
    ],
    ['the 20th Monday', '1997-05-19', 'FREQ=YEARLY;BYDAY=20MO;COUNT=2', ['1997-05-19', '1998-05-18']],
    ['Monday of week 20', '1997-05-12', 'FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;COUNT=2', ['1997-05-12', '1998-05-11']],
    ['Friday the 13th', '1997-09-02', 'FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=2', ['1998-02-13', '1998-03-13']],
    [
      'the Tuesday after the first Monday of November, every four years',
      '1996-11-05',
      'FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8;COUNT=3',
      ['1996-11-05', '2000-11-07', '2004-11-02'],
    ],
    [
      'the third of Tuesday, Wednesday, Thursday',
      '1997-09-04',
      'FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3',
      ['1997-09-04', '1997-10-07', '1997-11-06'],
    ],
    [
      'the last working day but one',
      '1997-09-29',
      'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2;COUNT=3',
      ['1997-09-29', '1997-10-30', '1997-11-27'],
    ],
    [
      'days that do not exist are left out',
      '2007-01-15',
      'FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5',
      ['2007-01-15', '2007-01-30', '2007-02-15', '2007-03-15', '2007-03-30'],
    ],
    ['until a day means its end', '2026-09-01', 'FREQ=DAILY;UNTIL=20260902', ['2026-09-01', '2026-09-02']],
    ['until a time by the clock', '2026-09-01', 'FREQ=DAILY;UNTIL=20260902T085959', ['2026-09-01']],
  ])('%s', (_what, day, recurrence, expected) => {
    const { runs: found } = runs({ startAt: `${day}T09:00:00`, zone: 'America/New_York', recurrence }, before(day));
    expect(found).toEqual(expected.map((date) => `${date}T09:00:00`));
  });

  it('are several a day with BYHOUR', () => {
    expect(runs({ ...START, recurrence: 'FREQ=DAILY;BYHOUR=9,17;COUNT=3' }).runs).toEqual([
      '2026-09-02T09:00:00',
      '2026-09-02T17:00:00',
      '2026-09-03T09:00:00',
    ]);
  });

  it('are left out when they are past, but counted', () => {
    const found = runs({ startAt: '2026-08-30T09:00:00', zone: 'UTC', recurrence: 'FREQ=DAILY;COUNT=4' });
    expect(found.runs).toEqual(['2026-09-01T09:00:00', '2026-09-02T09:00:00']);
  });
});

describe('where the clocks are changed, a run is', () => {
  it.each<[zone: string, first: string, rule: string, expected: string[]]>([
    ['Asia/Tokyo', '2026-03-28T09:00', 'FREQ=DAILY;COUNT=2', ['2026-03-28T00:00:00', '2026-03-29T00:00:00']],
    // 02:30 does not exist on 29 March: with the offset before, 03:30 summer time; the days around are not moved
    [
      'Europe/Berlin',
      '2026-03-28T02:30',
      'FREQ=DAILY;COUNT=3',
      ['2026-03-28T01:30:00', '2026-03-29T01:30:00', '2026-03-30T00:30:00'],
    ],
    // 02:30 is twice on 25 October: the first, once
    [
      'Europe/Berlin',
      '2026-10-24T02:30',
      'FREQ=DAILY;COUNT=3',
      ['2026-10-24T00:30:00', '2026-10-25T00:30:00', '2026-10-26T01:30:00'],
    ],
    [
      'Europe/Berlin',
      '2026-09-25T09:00',
      'FREQ=MONTHLY;BYDAY=-1FR;COUNT=2',
      ['2026-09-25T07:00:00', '2026-10-30T08:00:00'],
    ],
    // 02:30 and 03:30 mean one moment on 29 March: one run
    [
      'Europe/Berlin',
      '2026-03-29T02:30',
      'FREQ=DAILY;BYHOUR=2,3,4;COUNT=3',
      ['2026-03-29T01:30:00', '2026-03-29T02:30:00'],
    ],
    [
      'America/New_York',
      '2026-03-07T02:30',
      'FREQ=DAILY;COUNT=3',
      ['2026-03-07T07:30:00', '2026-03-08T07:30:00', '2026-03-09T06:30:00'],
    ],
    [
      'America/New_York',
      '2026-10-31T01:30',
      'FREQ=DAILY;COUNT=3',
      ['2026-10-31T05:30:00', '2026-11-01T05:30:00', '2026-11-02T06:30:00'],
    ],
    [
      'Australia/Sydney',
      '2026-10-03T02:30',
      'FREQ=DAILY;COUNT=3',
      ['2026-10-02T16:30:00', '2026-10-03T16:30:00', '2026-10-04T15:30:00'],
    ],
    [
      'Australia/Sydney',
      '2027-04-03T02:30',
      'FREQ=DAILY;COUNT=3',
      ['2027-04-02T15:30:00', '2027-04-03T15:30:00', '2027-04-04T16:30:00'],
    ],
    // half an hour: 02:15 is 02:45
    [
      'Australia/Lord_Howe',
      '2026-10-03T02:15',
      'FREQ=DAILY;COUNT=3',
      ['2026-10-02T15:45:00', '2026-10-03T15:45:00', '2026-10-04T15:15:00'],
    ],
    [
      'Australia/Lord_Howe',
      '2027-04-03T01:45',
      'FREQ=DAILY;COUNT=3',
      ['2027-04-02T14:45:00', '2027-04-03T14:45:00', '2027-04-04T15:15:00'],
    ],
    // midnight does not exist, so the run is at one
    [
      'Asia/Beirut',
      '2026-03-28T00:00',
      'FREQ=DAILY;COUNT=3',
      ['2026-03-27T22:00:00', '2026-03-28T22:00:00', '2026-03-29T21:00:00'],
    ],
    [
      'America/Havana',
      '2026-03-01T00:00',
      'FREQ=WEEKLY;COUNT=3',
      ['2026-03-01T05:00:00', '2026-03-08T05:00:00', '2026-03-15T04:00:00'],
    ],
  ])('%s %s %s', (zone, startAt, recurrence, expected) => {
    const found = runs({ startAt, zone, recurrence }, before(startAt));
    const starts = found.runs.map((_, i) =>
      dueAt(found, i + 1)!
        .toISOString()
        .slice(0, 19),
    );
    expect(starts).toEqual(expected);
  });

  it('at an end in UTC compared as a moment', () => {
    const schedule = { startAt: '2026-10-24T09:00', zone: 'Europe/Berlin' };
    expect(runs({ ...schedule, recurrence: 'FREQ=DAILY;UNTIL=20261026T080000Z' }).runs).toHaveLength(3);
    expect(runs({ ...schedule, recurrence: 'FREQ=DAILY;UNTIL=20261026T075959Z' }).runs).toHaveLength(2);
  });
});

describe('the moments of a run', () => {
  it('are at the same distance by the clock', () => {
    const found = runs({
      startAt: '2026-09-25T18:00:00',
      installAt: '2026-09-26T02:00:00',
      expiresAt: '2026-10-09T18:00:00',
      zone: 'Europe/Berlin',
      recurrence: 'FREQ=MONTHLY;BYDAY=-1FR;COUNT=3',
    });
    expect(momentsOf(found, 2)).toEqual({
      startAt: '2026-10-30T18:00:00',
      installAt: '2026-10-31T02:00:00',
      expireAt: '2026-11-13T18:00:00',
      startsAt: new Date('2026-10-30T17:00:00Z'),
      installsAt: new Date('2026-10-31T01:00:00Z'),
      expiresAt: new Date('2026-11-13T17:00:00Z'),
    });
  });

  it('are by default: at once, and 30 days', () => {
    expect(momentsOf(runs({ ...START, recurrence: 'FREQ=DAILY;COUNT=2' }), 2)).toMatchObject({
      installsAt: null,
      expiresAt: new Date('2026-10-03T00:00:00Z'),
    });
  });

  it('stay in their order although the clocks are set forward in between', () => {
    const found = runs({
      startAt: '2027-03-27T02:30:00',
      installAt: '2027-03-27T03:00:00',
      expiresAt: '2027-03-27T03:15:00',
      zone: 'Europe/Berlin',
      recurrence: 'FREQ=DAILY;COUNT=2',
    });
    const startsAt = new Date('2027-03-28T01:30:00Z');
    const { installsAt, expiresAt } = momentsOf(found, 2);
    expect([installsAt, expiresAt]).toEqual([30, 45].map((min) => new Date(startsAt.getTime() + min * 60_000)));
  });
});

describe('a recurring schedule is refused', () => {
  it.each<[string, JobSchedule, string[]]>([
    ['without startAt', { recurrence: 'FREQ=DAILY;COUNT=2' }, ['/schedule/startAt']],
    ['with a bad rule', { ...START, recurrence: 'FREQ=DAILY;COUNT=0' }, ['/schedule/recurrence']],
    [
      'on 30 February',
      { ...START, recurrence: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=3' },
      ['/schedule/recurrence'],
    ],
    ['that ends before it begins', { ...START, recurrence: 'FREQ=DAILY;UNTIL=20260901' }, ['/schedule/recurrence']],
    ['that ends on no day', { ...START, recurrence: 'FREQ=DAILY;UNTIL=20270230' }, ['/schedule/recurrence']],
    ['with too many runs', { ...START, recurrence: 'FREQ=DAILY;UNTIL=20350101' }, ['/schedule/recurrence']],
    ['that lasts too long', { ...START, recurrence: 'FREQ=YEARLY;COUNT=12' }, ['/schedule/recurrence']],
    ['that ends in a century', { ...START, recurrence: 'FREQ=YEARLY;UNTIL=21260101' }, ['/schedule/recurrence']],
    ['that is over', { startAt: '2026-08-01T09:00:00', recurrence: 'FREQ=DAILY;COUNT=3' }, ['/schedule/recurrence']],
    ['far away', { startAt: '2050-01-01T09:00:00', recurrence: 'FREQ=DAILY;COUNT=3' }, ['/schedule/startAt']],
    ['in an unknown zone', { ...START, zone: 'Mars/Olympus', recurrence: 'FREQ=DAILY;COUNT=3' }, ['/schedule/zone']],
    [
      'with offsets',
      {
        startAt: '2026-09-02T09:00:00Z',
        installAt: '2026-09-02T09:00:00+02:00',
        expiresAt: '2026-09-03T09:00:00Z',
        recurrence: 'FREQ=DAILY;COUNT=3',
      },
      ['/schedule/startAt', '/schedule/installAt', '/schedule/expiresAt'],
    ],
    [
      'with an installation before the start, and an expiry too',
      {
        ...START,
        installAt: '2026-09-02T08:00:00',
        expiresAt: '2026-09-02T09:00:00',
        recurrence: 'FREQ=DAILY;COUNT=3',
      },
      ['/schedule/installAt', '/schedule/expiresAt'],
    ],
    [
      'with an installation after the run has expired by default',
      { ...START, installAt: '2026-10-02T09:00:00', recurrence: 'FREQ=YEARLY;COUNT=3' },
      ['/schedule/installAt'],
    ],
    [
      'with everything that is wrong at once',
      {
        zone: 'x',
        startAt: '2026-02-30T00:00',
        expiresAt: '2026-02-31T00:00',
        recurrence: 'FREQ=HOURLY;BYMONTHDAY=99',
      },
      ['/schedule/zone', ...Array<string>(3).fill('/schedule/recurrence'), '/schedule/startAt', '/schedule/expiresAt'],
    ],
  ])('%s', (_what, schedule, pointers) => {
    expect(plan(schedule).errors.map(({ pointer }) => pointer)).toEqual(pointers);
  });

  it('when it never comes, or only after a search without end', () => {
    const hours = Array.from({ length: 24 }, (_, i) => i).join();
    const rules = [`FREQ=DAILY;BYHOUR=${hours};BYMONTH=2;BYMONTHDAY=30`, `FREQ=YEARLY;BYYEARDAY=366;BYMONTH=1`];
    for (const rule of rules)
      expect(plan({ ...START, recurrence: `${rule};COUNT=1000` }).errors[0]?.message).toMatch(/never yields/);
    const choosy = plan({ ...START, recurrence: `FREQ=DAILY;BYHOUR=${hours};BYSETPOS=366;COUNT=10` });
    expect(choosy.errors[0]?.message).toMatch(/too many times/);
  });

  it('is not: the first run is the first that the rule names, a second after now at the earliest', () => {
    const startAt = at(1).toISOString().slice(0, 19);
    expect(plan({ startAt, recurrence: 'FREQ=DAILY;COUNT=1' }).planned.startsAt).toEqual(at(1));
  });
});
