import { closedAt, type GroupWindows, type Weekday } from './opening.js';

const at = (text: string) => Date.parse(text);
const group = (zone: string, from: string, to: string, ...days: Weekday[]): GroupWindows => ({
  group: 'accounting',
  zone,
  intervals: [{ days, from, to }],
});
/** `open`, or when it opens. */
const state = (windows: GroupWindows[], now: string) => {
  const closed = closedAt(windows, at(now));
  return closed === null ? 'open' : closed.opensAt === null ? 'never' : new Date(closed.opensAt).toISOString();
};

describe('windows', () => {
  it('without any, computers may always be changed', () => {
    expect(closedAt([], 0)).toBeNull();
  });

  it('are open from their first moment to before their last, and say when they open next', () => {
    const sunday = [group('Asia/Tokyo', '02:00', '04:00', 'SU')];
    // 6 September 2026 is a Sunday
    expect(state(sunday, '2026-09-05T16:59:59Z')).toBe('2026-09-05T17:00:00.000Z');
    expect(state(sunday, '2026-09-05T17:00:00Z')).toBe('open');
    expect(state(sunday, '2026-09-05T18:59:59Z')).toBe('open');
    expect(state(sunday, '2026-09-05T19:00:00Z')).toBe('2026-09-12T17:00:00.000Z');
    expect(closedAt(sunday, at('2026-09-01T00:00:00Z'))).toMatchObject({
      group: 'accounting',
      zone: 'Asia/Tokyo',
      words: 'Sunday 02:00',
    });
  });

  it('may reach into the next day, or be the whole day', () => {
    const night = [group('UTC', '22:00', '04:00', 'FR')];
    expect(state(night, '2026-09-05T03:59:00Z')).toBe('open');
    expect(state(night, '2026-09-05T04:00:00Z')).toBe('2026-09-11T22:00:00.000Z');
    expect(state([group('UTC', '00:00', '24:00', 'SA')], '2026-09-05T23:59:59Z')).toBe('open');
    expect(state([group('UTC', '00:00', '24:00', 'SA')], '2026-09-06T00:00:00Z')).toBe('2026-09-12T00:00:00.000Z');
  });

  it('of several groups add up', () => {
    const both = [group('UTC', '02:00', '03:00', 'MO'), { ...group('UTC', '02:00', '03:00', 'TH'), group: 'servers' }];
    expect(state(both, '2026-09-03T02:30:00Z')).toBe('open');
    expect(closedAt(both, at('2026-09-01T00:00:00Z'))).toMatchObject({ group: 'servers', words: 'Thursday 02:00' });
  });

  it('in a zone that is not known here never open, and do not keep those of others closed', () => {
    const unknown = group('Mars/Olympus', '02:00', '03:00', 'TH');
    expect(state([unknown], '2026-09-03T02:30:00Z')).toBe('never');
    expect(state([unknown, group('UTC', '02:00', '03:00', 'TH')], '2026-09-03T02:30:00Z')).toBe('open');
    expect(state([unknown, group('UTC', '03:00', '04:00', 'TH')], '2026-09-03T02:30:00Z')).toBe(
      '2026-09-03T03:00:00.000Z',
    );
  });

  it('without a day never open', () => {
    expect(state([group('UTC', '02:00', '03:00')], '2026-09-03T02:30:00Z')).toBe('never');
  });

  it.each([
    // no change of the clocks
    ['Asia/Tokyo', '02:30', '03:30', 'SU', '2026-03-28T12:00:00Z', '2026-03-28T17:30:00.000Z'],
    // 02:30 does not occur on 29 March: with the offset before the gap it is 03:30
    ['Europe/Berlin', '02:30', '04:00', 'SU', '2026-03-28T12:00:00Z', '2026-03-29T01:30:00.000Z'],
    // 02:30 occurs twice on 25 October: the first
    ['Europe/Berlin', '02:30', '04:00', 'SU', '2026-10-24T12:00:00Z', '2026-10-25T00:30:00.000Z'],
    ['America/New_York', '02:30', '04:00', 'SU', '2026-03-07T12:00:00Z', '2026-03-08T07:30:00.000Z'],
    ['America/New_York', '01:30', '04:00', 'SU', '2026-10-31T12:00:00Z', '2026-11-01T05:30:00.000Z'],
    ['Australia/Sydney', '02:30', '04:00', 'SU', '2026-10-03T12:00:00Z', '2026-10-03T16:30:00.000Z'],
    ['Australia/Sydney', '02:30', '04:00', 'SU', '2026-04-04T12:00:00Z', '2026-04-04T15:30:00.000Z'],
    // half an hour
    ['Australia/Lord_Howe', '02:15', '04:00', 'SU', '2026-10-03T12:00:00Z', '2026-10-03T15:45:00.000Z'],
    ['Australia/Lord_Howe', '01:45', '04:00', 'SU', '2026-04-04T12:00:00Z', '2026-04-04T14:45:00.000Z'],
    // midnight is skipped
    ['Asia/Beirut', '00:00', '02:00', 'SU', '2026-03-28T12:00:00Z', '2026-03-28T22:00:00.000Z'],
    ['America/Havana', '00:30', '02:00', 'SU', '2026-03-07T12:00:00Z', '2026-03-08T05:30:00.000Z'],
  ] as const)('%s %s–%s on %s: after %s they open at %s', (zone, from, to, day, now, opens) => {
    const windows = [group(zone, from, to, day)];
    expect(state(windows, now)).toBe(opens);
    expect(state(windows, opens)).toBe('open');
    expect(state(windows, new Date(at(opens) - 1000).toISOString())).toBe(opens);
  });
});
