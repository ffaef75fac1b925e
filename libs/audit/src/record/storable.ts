/** What a detail of an entry may be; never a secret. */
export type Detail = string | number | boolean | null | readonly string[];

const TEXT_LIMIT = 500;
const LIST_LIMIT = 100;

/** Text as JSON in PostgreSQL can hold it: whole characters, no NUL, of bounded length. What somebody tried is kept, not refused. */
export function storableText(text: string): string {
  const whole = text.toWellFormed().replaceAll('\u0000', '\uFFFD');
  return whole.length > TEXT_LIMIT ? `${whole.slice(0, TEXT_LIMIT).toWellFormed()}…` : whole;
}

export function storableDetails(details: Readonly<Record<string, Detail>>): Record<string, Detail> {
  return Object.fromEntries(Object.entries(details).map(([name, value]) => [storableText(name), storable(value)]));
}

function storable(value: Detail): Detail {
  if (typeof value === 'string') return storableText(value);
  if (!isList(value)) return value;
  const shown = value.slice(0, LIST_LIMIT).map(storableText);
  return value.length > LIST_LIMIT ? [...shown, `… and ${value.length - LIST_LIMIT} more`] : shown;
}

function isList(value: Detail): value is readonly string[] {
  return Array.isArray(value);
}
