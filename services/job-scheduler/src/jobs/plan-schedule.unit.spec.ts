import type { FieldError, JobSchedule } from '@waybill/contracts';
import { at, NOW } from './a-job.fixture.spec.js';
import { planSchedule } from './plan-schedule.js';

function plan(schedule: JobSchedule) {
  const errors: FieldError[] = [];
  return { planned: planSchedule(schedule, NOW, errors), errors };
}

describe('planSchedule', () => {
  it('without a word starts at once and expires after 30 days', () => {
    const { planned, errors } = plan({});
    expect(errors).toEqual([]);
    expect(planned).toEqual({
      startAt: null,
      installAt: null,
      expireAt: null,
      zone: 'UTC',
      startsAt: NOW,
      installsAt: null,
      expiresAt: new Date('2026-10-01T00:00:00Z'),
      recurrence: null,
    });
  });

  it('starts at once when the start is in the past, and counts the 30 days from now', () => {
    const { planned } = plan({ startAt: '2026-08-01T00:00:00Z' });
    expect(planned.startsAt).toEqual(NOW);
    expect(planned.expiresAt).toEqual(new Date('2026-10-01T00:00:00Z'));
  });

  it('reads wall-clock times in the zone and keeps what was written', () => {
    const { planned } = plan({
      startAt: '2026-09-02T09:00:00',
      installAt: '2026-09-02T12:00:00',
      expiresAt: '2026-09-15T00:00:00',
      zone: 'Asia/Tokyo',
    });
    expect(planned).toEqual({
      startAt: '2026-09-02T09:00:00',
      installAt: '2026-09-02T12:00:00',
      expireAt: '2026-09-15T00:00:00',
      zone: 'Asia/Tokyo',
      startsAt: new Date('2026-09-02T00:00:00Z'),
      installsAt: new Date('2026-09-02T03:00:00Z'),
      expiresAt: new Date('2026-09-14T15:00:00Z'),
      recurrence: null,
    });
  });

  it.each<[string, JobSchedule, string]>([
    ['an unknown zone', { zone: 'Mars/Olympus' }, '/schedule/zone'],
    ['a start that does not exist', { startAt: '2026-02-30T00:00:00' }, '/schedule/startAt'],
    ['a start in the far future', { startAt: '2062-01-01T00:00:00Z' }, '/schedule/startAt'],
    ['an expiry that does not exist', { expiresAt: '2026-09-01T24:30:00' }, '/schedule/expiresAt'],
    ['an expiry in the past', { expiresAt: '2026-08-31T00:00:00Z' }, '/schedule/expiresAt'],
    ['an installation that does not exist', { installAt: '2026-09-31T00:00:00' }, '/schedule/installAt'],
    ['an installation in the past', { installAt: '2026-08-31T00:00:00Z' }, '/schedule/installAt'],
    [
      'an installation before the start',
      { startAt: '2026-09-03T00:00:00Z', installAt: '2026-09-02T00:00:00Z' },
      '/schedule/installAt',
    ],
    [
      'an installation at the end',
      { installAt: '2026-09-03T00:00:00Z', expiresAt: '2026-09-03T00:00:00Z' },
      '/schedule/installAt',
    ],
    [
      'an expiry at the start',
      { startAt: '2026-09-02T00:00:00Z', expiresAt: '2026-09-02T00:00:00Z' },
      '/schedule/expiresAt',
    ],
    [
      'an expiry before the start',
      { startAt: '2026-09-03T00:00:00Z', expiresAt: '2026-09-02T00:00:00Z' },
      '/schedule/expiresAt',
    ],
  ])('refuses %s', (_what, schedule, pointer) => {
    expect(plan(schedule).errors.map((error) => error.pointer)).toEqual([pointer]);
  });

  it('lists everything that is wrong at once', () => {
    const { errors } = plan({ zone: 'Nowhere', startAt: '2026-02-30T00:00:00', expiresAt: '2026-02-31T00:00:00' });
    expect(errors.map((error) => error.pointer)).toEqual([
      '/schedule/zone',
      '/schedule/startAt',
      '/schedule/expiresAt',
    ]);
  });

  it('accepts an expiry one second after the start', () => {
    expect(plan({ expiresAt: at(1).toISOString().replace('.000', '') }).errors).toEqual([]);
  });
});
