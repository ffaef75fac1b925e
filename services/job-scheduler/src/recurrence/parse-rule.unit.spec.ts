import { parseRule } from './parse-rule.js';

function problemsOf(text: string): string[] {
  const parsed = parseRule(text);
  return 'problems' in parsed ? parsed.problems : [];
}

describe('a recurrence rule', () => {
  it('is read, without its end', () => {
    expect(parseRule('FREQ=MONTHLY;BYDAY=-1FR;COUNT=12')).toEqual({
      rule: { pattern: 'FREQ=MONTHLY;BYDAY=-1FR', count: 12, until: null },
    });
    expect(parseRule('until=20271231t090000z;freq=daily;byhour=9,17')).toEqual({
      rule: { pattern: 'FREQ=DAILY;BYHOUR=9,17', count: null, until: '20271231T090000Z' },
    });
  });

  it.each<[string, string, RegExp]>([
    ['nothing', '', /no part/],
    ['words', 'every last friday', /no part/],
    ['a whole property', 'RRULE:FREQ=DAILY;COUNT=2', /the rule alone/],
    ['a start of its own', 'DTSTART:20260901T090000Z\nRRULE:FREQ=DAILY;COUNT=2', /the rule alone/],
    ['no FREQ', 'COUNT=3', /needs FREQ/],
    ['no end', 'FREQ=DAILY', /needs an end/],
    ['two ends', 'FREQ=DAILY;COUNT=2;UNTIL=20271231', /not both/],
    ['COUNT=0', 'FREQ=DAILY;COUNT=0', /COUNT=0 makes no sense/],
    ['a negative COUNT', 'FREQ=DAILY;COUNT=-1', /COUNT=-1/],
    ['too many runs', 'FREQ=DAILY;COUNT=1001', /1 to 1000/],
    ['a fraction', 'FREQ=DAILY;COUNT=1.5', /COUNT=1.5/],
    ['every second', 'FREQ=SECONDLY;COUNT=3', /too often/],
    ['every minute', 'FREQ=MINUTELY;COUNT=3', /too often/],
    ['every hour', 'FREQ=HOURLY;COUNT=3', /too often.*BYHOUR/],
    ['an unknown FREQ', 'FREQ=FORTNIGHTLY;COUNT=3', /FREQ=FORTNIGHTLY/],
    ['INTERVAL=0', 'FREQ=DAILY;INTERVAL=0;COUNT=3', /INTERVAL=0/],
    ['the day 99', 'FREQ=MONTHLY;BYMONTHDAY=99;COUNT=3', /BYMONTHDAY=99/],
    ['the day 0', 'FREQ=MONTHLY;BYMONTHDAY=0;COUNT=3', /BYMONTHDAY=0/],
    ['the month 13', 'FREQ=YEARLY;BYMONTH=13;COUNT=3', /BYMONTH=13/],
    ['the hour 24', 'FREQ=DAILY;BYHOUR=24;COUNT=3', /BYHOUR=24/],
    ['the week 54', 'FREQ=YEARLY;BYWEEKNO=54;COUNT=3', /BYWEEKNO=54/],
    ['the day 367', 'FREQ=YEARLY;BYYEARDAY=367;COUNT=3', /BYYEARDAY=367/],
    ['an unknown weekday', 'FREQ=WEEKLY;BYDAY=XX;COUNT=3', /BYDAY=XX/],
    ['the Friday 0', 'FREQ=MONTHLY;BYDAY=0FR;COUNT=3', /BYDAY=0FR/],
    ['two minutes of an hour', 'FREQ=DAILY;BYMINUTE=0,30;COUNT=3', /BYMINUTE has one value/],
    ['an empty value', 'FREQ=DAILY;BYHOUR=;COUNT=3', /BYHOUR= /],
    ['an end that is no date', 'FREQ=DAILY;UNTIL=tomorrow', /UNTIL=TOMORROW/],
    ['a part twice', 'FREQ=DAILY;COUNT=3;COUNT=4', /COUNT is given twice/],
    ['a misspelt part', 'FREQ=MONTHLY;BYDAYS=MO;COUNT=3', /no BYDAYS.*BYDAY/],
    ['another calendar', 'RSCALE=CHINESE;FREQ=YEARLY;COUNT=3', /no RSCALE/],
    ['a name that every object has', 'constructor=1;FREQ=DAILY;COUNT=3', /no CONSTRUCTOR/],
    ['numbered weekdays of weeks', 'FREQ=WEEKLY;BYDAY=1MO;COUNT=3', /numbers only/],
    ['numbered weekdays beside weeks', 'FREQ=YEARLY;BYWEEKNO=3;BYDAY=1MO;COUNT=3', /beside BYWEEKNO/],
    ['weeks of months', 'FREQ=MONTHLY;BYWEEKNO=3;COUNT=3', /BYWEEKNO goes with FREQ=YEARLY/],
    ['days of the year in weeks', 'FREQ=WEEKLY;BYYEARDAY=3;COUNT=3', /BYYEARDAY goes with/],
    ['days of the month in weeks', 'FREQ=WEEKLY;BYMONTHDAY=3;COUNT=3', /BYMONTHDAY goes with/],
    ['a choice out of nothing', 'FREQ=MONTHLY;BYSETPOS=1;COUNT=3', /BYSETPOS/],
  ])('is refused with %s', (_what, text, message) => {
    expect(problemsOf(text).join('; ')).toMatch(message);
  });

  it('is refused with everything that is wrong', () => {
    expect(problemsOf('FREQ=WEEKLY;BYMONTHDAY=99;BYHOUR=25')).toHaveLength(4);
  });
});
