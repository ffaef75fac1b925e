import type { InstallWindows, Weekday, WaybillError } from '@waybill/contracts';
import { checkWindows } from './check-windows.js';

const interval = (from: string, to: string, ...days: Weekday[]) => ({ from, to, days });
const problems = (windows: InstallWindows) => {
  try {
    checkWindows(windows);
  } catch (error) {
    return (error as WaybillError).errors?.map(({ pointer, message }) => `${pointer} ${message}`);
  }
  return [];
};

describe('windows of a group', () => {
  it('are fine, also over midnight, for whole days and one after the other', () => {
    const intervals = [
      interval('22:00', '04:00', 'FR'),
      interval('04:00', '05:00', 'SA'),
      interval('00:00', '24:00', 'SU'),
      interval('00:00', '02:00', 'MO'),
    ];
    expect(problems({ zone: 'Asia/Tokyo', intervals })).toEqual([]);
    expect(problems({ zone: 'UTC', intervals })).toEqual([]);
    checkWindows(null);
    checkWindows(undefined);
  });

  it('are refused with everything that is wrong at once', () => {
    expect(
      problems({
        zone: 'Mars/Olympus',
        intervals: [
          interval('10:00', '10:00', 'MO'),
          interval('22:00', '04:00', 'FR'),
          interval('03:00', '05:00', 'SA'),
        ],
      }),
    ).toEqual([
      expect.stringContaining('/windows/zone "Mars/Olympus" is no time zone'),
      expect.stringContaining('/windows/intervals/0/to to must differ'),
      expect.stringContaining('/windows/intervals/2 it overlaps interval 1'),
    ]);
  });

  it.each(['+09:00', '', 'Nowhere', 'asia tokyo'])('has no zone %j', (zone) => {
    expect(problems({ zone, intervals: [interval('01:00', '02:00', 'MO')] })).toHaveLength(1);
  });

  it('overlap around the end of the week, too', () => {
    const intervals = [interval('00:00', '01:00', 'MO'), interval('23:00', '00:30', 'SU')];
    expect(problems({ zone: 'UTC', intervals })).toHaveLength(1);
  });
});
