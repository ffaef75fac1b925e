import { instantOf } from './instant-of.js';
import { isKnownZone } from './wall-clock.js';

describe('instantOf', () => {
  it.each([
    // zone, as written, meaning, why
    ['Asia/Tokyo', '2026-09-01T09:00:00', '2026-09-01T00:00:00.000Z', 'no daylight saving'],
    ['Europe/Berlin', '2026-03-29T01:59:59', '2026-03-29T00:59:59.000Z', 'last second of winter time'],
    [
      'Europe/Berlin',
      '2026-03-29T02:30:00',
      '2026-03-29T01:30:00.000Z',
      'skipped: offset before the gap, so 03:30 summer time',
    ],
    ['Europe/Berlin', '2026-03-29T03:00:00', '2026-03-29T01:00:00.000Z', 'first second of summer time'],
    ['Europe/Berlin', '2026-10-25T02:30:00', '2026-10-25T00:30:00.000Z', 'twice: the first, in summer time'],
    ['Europe/Berlin', '2026-10-25T03:00:00', '2026-10-25T02:00:00.000Z', 'after the repeated hour'],
    ['America/New_York', '2026-03-08T02:30:00', '2026-03-08T07:30:00.000Z', 'skipped'],
    ['America/New_York', '2026-11-01T01:30:00', '2026-11-01T05:30:00.000Z', 'twice'],
    [
      'Australia/Lord_Howe',
      '2026-10-04T02:15:00',
      '2026-10-03T15:45:00.000Z',
      'half an hour skipped: 02:15 +10:30 is 02:45 +11',
    ],
    ['Australia/Lord_Howe', '2026-04-05T01:45:00', '2026-04-04T14:45:00.000Z', 'half an hour twice: the first, +11'],
    ['Australia/Sydney', '2026-10-04T02:30:00', '2026-10-03T16:30:00.000Z', 'skipped, in the spring of the south'],
    ['Australia/Sydney', '2026-04-05T02:30:00', '2026-04-04T15:30:00.000Z', 'twice: the first, +11'],
    ['America/Havana', '2026-03-08T00:00:00', '2026-03-08T05:00:00.000Z', 'midnight skipped: 01:00 summer time'],
    ['America/Havana', '2026-11-01T00:30:00', '2026-11-01T04:30:00.000Z', 'the hour after midnight twice'],
    ['Asia/Beirut', '2026-03-29T00:30:00', '2026-03-28T22:30:00.000Z', 'midnight skipped'],
    ['Asia/Beirut', '2026-10-24T23:30:00', '2026-10-24T20:30:00.000Z', 'the hour before midnight twice'],
    ['America/Santiago', '2026-09-06T00:30:00', '2026-09-06T04:30:00.000Z', 'midnight skipped'],
    ['Africa/Cairo', '2026-04-24T00:00:00', '2026-04-23T22:00:00.000Z', 'midnight skipped'],
    ['Pacific/Apia', '2011-12-30T12:00:00', '2011-12-30T22:00:00.000Z', 'a whole day skipped'],
    ['Pacific/Kiritimati', '2026-01-01T00:00:00', '2025-12-31T10:00:00.000Z', 'the largest offset, +14'],
    ['UTC', '2026-09-01T09:00', '2026-09-01T09:00:00.000Z', 'seconds may be left out'],
    ['UTC', '2026-08-31T24:00:00', '2026-09-01T00:00:00.000Z', 'the end of a day'],
    ['UTC', '2024-02-29T00:00:00.123456789', '2024-02-29T00:00:00.123Z', 'milliseconds count'],
    ['Asia/Tokyo', '2026-09-01T09:00:00Z', '2026-09-01T09:00:00.000Z', 'an offset outranks the zone'],
    ['Asia/Tokyo', '2026-09-01T09:00:00.250+02:00', '2026-09-01T07:00:00.250Z', 'an offset outranks the zone'],
  ])('%s %s is %s (%s)', (zone, text, expected) => {
    expect(instantOf(text, zone)?.toISOString()).toBe(expected);
  });

  it.each([
    '2026-02-30T09:00:00',
    '2026-13-01T09:00:00',
    '2026-09-01T25:00:00',
    '2026-09-01T09:61:00',
    '2026-09-01T24:30:00',
    '2026-02-30T09:00:00Z',
    '2025-02-29T09:00:00',
    '2026-09-01T09:00:00+24:00',
    'tomorrow',
  ])('%s does not exist', (text) => expect(instantOf(text, 'UTC')).toBeNull());
});

describe('isKnownZone', () => {
  it.each(['Asia/Tokyo', 'Europe/Berlin', 'UTC'])('knows %s', (zone) => expect(isKnownZone(zone)).toBe(true));
  it.each(['Mars/Olympus', '+09:00', 'local', ''])('refuses "%s"', (zone) => expect(isKnownZone(zone)).toBe(false));
});
