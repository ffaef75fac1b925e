import { nearest } from '@waybill/contracts';
import { PARTS } from './rule-parts.js';

/** A recurrence rule that makes sense; whether it ever yields anything is another question. */
export interface Rule {
  /** without COUNT and UNTIL, which are counted and compared here: the library reads UNTIL in UTC, and gives up on a COUNT that never comes */
  pattern: string;
  count: number | null;
  /** as written, `20271231`, `20271231T180000` or `20271231T090000Z` */
  until: string | null;
}

const TOO_OFTEN = ['SECONDLY', 'MINUTELY', 'HOURLY'];

/**
 * Reads a recurrence rule. The library drops values that do not exist, so they are checked here.
 * @returns sentences about everything that is wrong, instead of a rule
 */
export function parseRule(text: string): { rule: Rule } | { problems: string[] } {
  if (/^(RRULE|DTSTART|RDATE|EXDATE|EXRULE)\b/i.test(text)) {
    return { problems: ['recurrence is the rule alone, e.g. FREQ=MONTHLY;COUNT=12, without RRULE: or DTSTART'] };
  }
  const parts = new Map<string, string[]>();
  const problems: string[] = [];
  for (const part of text.toUpperCase().split(';')) {
    const [name = '', value, ...rest] = part.split('=');
    if (value === undefined || rest.length > 0) problems.push(`"${part}" is no part of a rule: write NAME=VALUE`);
    else if (!Object.hasOwn(PARTS, name)) problems.push(`a rule has no ${name}${nearest(name, Object.keys(PARTS))}`);
    else if (parts.has(name)) problems.push(`${name} is given twice`);
    else parts.set(name, value.split(','));
  }
  for (const [name, values] of parts) problems.push(...valueProblems(name, values));
  problems.push(...combinationProblems(parts));
  return problems.length > 0 ? { problems } : { rule: ruleOf(parts) };
}

function ruleOf(parts: ReadonlyMap<string, string[]>): Rule {
  const kept = [...parts].filter(([name]) => name !== 'COUNT' && name !== 'UNTIL');
  const [count] = parts.get('COUNT') ?? [];
  return {
    pattern: kept.map(([name, values]) => `${name}=${values.join(',')}`).join(';'),
    count: count === undefined ? null : Number(count),
    until: parts.get('UNTIL')?.[0] ?? null,
  };
}

function valueProblems(name: string, values: readonly string[]): string[] {
  const { accepts, says, single } = PARTS[name]!;
  if (name === 'FREQ' && TOO_OFTEN.includes(values.join()))
    return [`FREQ=${values.join()} is too often: FREQ is ${says}, and with BYHOUR a job can run several times a day`];
  if (single && values.length > 1) return [`${name} has one value only, and this is a list`];
  return values.filter((value) => !accepts(value)).map((value) => `${name}=${value} makes no sense: it is ${says}`);
}

/** What RFC 5545 forbids, and what would never end. */
function combinationProblems(parts: ReadonlyMap<string, string[]>): string[] {
  const problems: string[] = [];
  const frequency = parts.get('FREQ')?.join();
  const only = (name: string, frequencies: readonly string[]) => {
    if (
      parts.has(name) &&
      frequency !== undefined &&
      !frequencies.includes(frequency) &&
      !TOO_OFTEN.includes(frequency)
    )
      problems.push(`${name} goes with FREQ=${frequencies.join(' or ')}, not with ${frequency}`);
  };
  if (frequency === undefined) problems.push('a rule needs FREQ, e.g. FREQ=WEEKLY');
  if (!parts.has('COUNT') && !parts.has('UNTIL'))
    problems.push('a rule needs an end: COUNT, the number of runs, or UNTIL, the last time');
  if (parts.has('COUNT') && parts.has('UNTIL')) problems.push('a rule has either COUNT or UNTIL, not both');
  only('BYWEEKNO', ['YEARLY']);
  only('BYYEARDAY', ['YEARLY']);
  only('BYMONTHDAY', ['DAILY', 'MONTHLY', 'YEARLY']);
  const numbered = parts.get('BYDAY')?.some((day) => day.length > 2) ?? false;
  if (numbered && (frequency === 'DAILY' || frequency === 'WEEKLY'))
    problems.push(`BYDAY has numbers only with FREQ=MONTHLY or YEARLY, not with ${frequency}`);
  if (numbered && parts.has('BYWEEKNO')) problems.push('BYDAY has no numbers beside BYWEEKNO');
  const chooses = [...parts.keys()].some((name) => name.startsWith('BY') && name !== 'BYSETPOS');
  if (parts.has('BYSETPOS') && !chooses)
    problems.push('BYSETPOS chooses from what another BY… part names; there is none');
  return problems;
}
