import type { AuditedService } from '@waybill/audit/schema';
import type { AuditEntryView, AuditQuery } from '@waybill/contracts';

/** How far the reader has come in each service's log: the number of the last entry that was shown. */
export type Positions = Partial<Record<AuditedService, number>>;

/** What each service answered to the same question, from its own position on, `limit + 1` entries at most. */
export type Slices = readonly (readonly [AuditedService, readonly AuditEntryView[]])[];

export interface MergedPage {
  items: AuditEntryView[];
  /** null on the last page */
  next: Positions | null;
}

/**
 * One page of all logs by time. Within one log the order is that of its numbers; the numbers of the last entries shown are where
 * the next page begins, so nothing is repeated or left out.
 */
export function mergeLogs(slices: Slices, before: Positions, first: AuditQuery['first'], limit: number): MergedPage {
  const direction = first === 'newest' ? -1 : 1;
  const all = slices
    .flatMap(([, entries]) => entries)
    .toSorted((a, b) => direction * (compare(a.at, b.at) || compare(a.service, b.service) || a.seq - b.seq));
  const items = all.slice(0, limit);
  if (all.length <= limit) return { items, next: null };
  const next: Positions = { ...before };
  for (const [service, entries] of slices) {
    const shown = items.filter((item) => item.service === service).at(-1);
    const position = shown?.seq ?? before[service] ?? untouched(entries, first);
    if (position !== undefined) next[service] = position;
  }
  return { items, next };
}

/** Newest first, what is written from now on would come in later pages, in front of what was shown: it is left out. */
function untouched(entries: readonly AuditEntryView[], first: AuditQuery['first']): number | undefined {
  if (first === 'oldest') return undefined;
  return entries[0] ? entries[0].seq + 1 : 0;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
