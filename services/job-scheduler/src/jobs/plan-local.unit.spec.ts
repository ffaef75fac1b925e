import type { FieldError, JobSchedule } from '@waybill/contracts';
import { NOW } from './a-job.fixture.spec.js';
import { planSchedule } from './plan-schedule.js';

/** {@link NOW} is 2026-09-01T00:00:00Z: in UTC+14 it is 14:00, in UTC-12 noon of the day before. */
function plan(schedule: JobSchedule, now = NOW) {
  const errors: FieldError[] = [];
  return { planned: planSchedule({ zone: 'local', ...schedule }, now, errors), errors };
}
const START = '2026-09-02T09:00:00';
const INSTALL = '2026-09-02T12:00:00';
const END = '2026-09-15T00:00:00';

describe("a job by each computer's own time", () => {
  it('starts in the first zone, installs from there on and expires in the last', () => {
    const { planned, errors } = plan({ startAt: START, installAt: INSTALL, expiresAt: END });
    expect(errors).toEqual([]);
    expect(planned).toEqual({
      startAt: START,
      installAt: INSTALL,
      expireAt: END,
      zone: 'local',
      startsAt: new Date('2026-09-01T19:00:00Z'),
      installsAt: new Date('2026-09-01T22:00:00Z'),
      expiresAt: new Date('2026-09-15T12:00:00Z'),
      recurrence: null,
    });
  });

  it('expires by default 30 days after it has started everywhere', () => {
    expect(plan({ startAt: START }).planned.expiresAt).toEqual(new Date('2026-10-02T21:00:00Z'));
  });

  it('begins at once without a start, and without any time', () => {
    const { planned, errors } = plan({ expiresAt: END });
    expect(errors).toEqual([]);
    expect(planned).toMatchObject({ startAt: null, startsAt: NOW, expiresAt: new Date('2026-09-15T12:00:00Z') });
    expect(plan({})).toMatchObject({
      errors: [],
      planned: { zone: 'local', startsAt: NOW, expireAt: null, expiresAt: new Date('2026-10-01T00:00:00Z') },
    });
  });

  it.each<[string, JobSchedule]>([
    ['a start that has passed in the first zones', { startAt: '2026-09-01T09:00:00' }],
    ['a start that has passed everywhere', { startAt: '2026-08-20T09:00:00' }],
    ['an installation that has passed in the first zones', { installAt: '2026-09-01T09:00:00' }],
    ['an end that has passed in the first zones', { expiresAt: '2026-09-01T09:00:00' }],
    ['an end a second after the start', { startAt: START, expiresAt: '2026-09-02T09:00:01' }],
    ['an installation at the start', { startAt: START, installAt: START }],
    ['windows of groups', { startAt: START, windows: 'group' }],
    ['no windows', { startAt: START, windows: 'ignore' }],
  ])('may have %s', (_what, schedule) => expect(plan(schedule).errors).toEqual([]));

  it('commands leave at once when the start has passed somewhere', () => {
    expect(plan({ startAt: '2026-09-01T09:00:00' }).planned).toMatchObject({
      startsAt: NOW,
      expiresAt: new Date('2026-10-01T21:00:00Z'),
    });
  });

  it.each<[string, JobSchedule, string[]]>([
    ['a moment as its start', { startAt: '2026-09-02T09:00:00Z' }, ['startAt']],
    ['a moment as its installation', { installAt: '2026-09-02T09:00:00+09:00' }, ['installAt']],
    ['a moment as its end', { startAt: START, expiresAt: '2026-09-15T00:00:00-05:00' }, ['expiresAt']],
    ['a start that does not exist', { startAt: '2026-02-30T00:00:00' }, ['startAt']],
    ['an end at the start', { startAt: START, expiresAt: START }, ['expiresAt']],
    [
      'an end before the start, though later in the last zone',
      { startAt: START, expiresAt: '2026-09-02T08:00:00' },
      ['expiresAt'],
    ],
    ['an installation before the start', { startAt: START, installAt: '2026-09-02T08:59:59' }, ['installAt']],
    ['an installation at the end', { installAt: END, expiresAt: END }, ['installAt']],
    ['an installation after the default end', { startAt: START, installAt: '2026-10-02T09:00:00' }, ['installAt']],
    ['an installation that has passed everywhere', { installAt: '2026-08-31T11:59:59' }, ['installAt']],
    ['an end that has passed everywhere', { expiresAt: '2026-08-31T12:00:00' }, ['expiresAt']],
    ['a start in the far future', { startAt: '2062-01-01T00:00:00' }, ['startAt']],
    [
      'everything that is wrong, at once',
      { startAt: '2026-09-02T09:00:00Z', installAt: '2026-09-20T00:00:00', expiresAt: '2026-09-15T00:00:00' },
      ['startAt', 'installAt'],
    ],
    [
      'everything that contradicts',
      { startAt: START, installAt: '2026-09-01T09:00:00', expiresAt: '2026-09-01T08:00:00' },
      ['expiresAt', 'installAt', 'installAt'],
    ],
  ])('is refused with %s', (_what, schedule, fields) => {
    expect(plan(schedule).errors.map(({ pointer }) => pointer)).toEqual(fields.map((field) => `/schedule/${field}`));
  });

  it('is refused with what would be right', () => {
    expect(plan({ startAt: '2026-09-02T09:00:00+09:00' }).errors[0]!.message).toBe(
      'startAt ("2026-09-02T09:00:00+09:00") means one moment for all, the zone "local" each computer\'s own: write it without an offset, 2026-09-02T09:00:00, or give another zone',
    );
    expect(plan({ zone: 'Local' }).errors[0]!.message).toContain(`"local" for each computer's own time`);
  });
});

describe("a recurring job by each computer's own time", () => {
  const NIGHTS = {
    ...{ startAt: '2026-09-04T18:00:00', installAt: '2026-09-05T02:00:00', expiresAt: '2026-09-06T00:00:00' },
  };
  const weekly = (rule: string, more: JobSchedule = {}) =>
    plan({ ...NIGHTS, ...more, recurrence: `FREQ=WEEKLY;${rule}` });

  it('has its runs by the clock', () => {
    const { planned, errors } = weekly('COUNT=3');
    expect(errors).toEqual([]);
    expect(planned).toMatchObject({
      zone: 'local',
      startAt: '2026-09-04T18:00:00',
      installAt: '2026-09-05T02:00:00',
      expireAt: '2026-09-06T00:00:00',
      startsAt: new Date('2026-09-04T04:00:00Z'),
      installsAt: new Date('2026-09-04T12:00:00Z'),
      expiresAt: new Date('2026-09-06T12:00:00Z'),
      recurrence: { zone: 'local', runs: ['2026-09-04T18:00:00', '2026-09-11T18:00:00', '2026-09-18T18:00:00'] },
    });
  });

  it('leaves a run out when it has passed everywhere', () => {
    const runs = (now: string) => {
      const errors: FieldError[] = [];
      const schedule = { zone: 'local', startAt: NIGHTS.startAt, recurrence: 'FREQ=WEEKLY;COUNT=3' };
      return planSchedule(schedule, new Date(now), errors).recurrence?.runs.length;
    };
    expect([runs('2026-09-05T05:59:59Z'), runs('2026-09-05T06:00:00Z')]).toEqual([3, 2]);
  });

  it('ends by the clock too', () => {
    expect(weekly('UNTIL=20260911T180000').planned.recurrence?.runs).toHaveLength(2);
    expect(weekly('UNTIL=20260911').planned.recurrence?.runs).toHaveLength(2);
    expect(weekly('UNTIL=20260911T175959').planned.recurrence?.runs).toHaveLength(1);
    expect(weekly('UNTIL=20260911T180000Z').errors).toEqual([
      { pointer: '/schedule/recurrence', message: expect.stringContaining('write UNTIL=20260911T180000') as string },
    ]);
  });

  it('is refused with moments', () => {
    expect(weekly('COUNT=3', { startAt: '2026-09-04T18:00:00Z' }).errors.map(({ pointer }) => pointer)).toEqual([
      '/schedule/startAt',
    ]);
  });
});
