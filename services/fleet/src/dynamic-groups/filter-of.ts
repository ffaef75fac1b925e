import { type GroupKind, invalid } from '@waybill/contracts';
import { checkStorable } from '../text/storable-text.js';
import { checkFilter } from './check-filter.js';

/**
 * The filter that a group is to have: a dynamic group has one, a static group none.
 * @throws WaybillError `group.filterMissing`, `group.filterUnexpected`, and those of checkFilter
 */
export function filterOf({ kind, filter }: { kind: GroupKind; filter?: string }): string | null {
  if (kind === 'static') {
    if (filter === undefined) return null;
    throw refusal('group.filterUnexpected', 'A static group has no filter; its kind would have to be "dynamic".');
  }
  if (filter === undefined) throw refusal('group.filterMissing', 'A dynamic group needs a filter, e.g. os==linux.');
  checkStorable({ filter });
  checkFilter(filter);
  return filter;
}

function refusal(code: string, detail: string) {
  return invalid(code, detail, [{ pointer: '/filter', message: detail }]);
}
