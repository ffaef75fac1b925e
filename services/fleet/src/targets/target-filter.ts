import { invalid, WaybillError } from '@waybill/contracts';
import { type Bind, compileRsql, type FieldMap } from '@waybill/persistence';
import { COMPUTER_FIELDS } from '../computers/computer-fields.js';

const { group: _, ...FIELDS } = COMPUTER_FIELDS;

/** What a job's filter may say of a computer. Groups are named beside it: there the limits of roles are looked at. */
const TARGET_FIELDS: FieldMap = FIELDS;

/**
 * The condition on `computers c` that a job's filter stands for; null without a filter.
 * @throws WaybillError invalid `filter.*` with the pointer `/filter`
 */
export function targetCondition(filter: string | undefined, bind: Bind): string | null {
  if (filter === undefined) return null;
  try {
    return `(${compileRsql(filter, TARGET_FIELDS, bind)})`;
  } catch (error) {
    if (error instanceof WaybillError && error.kind === 'invalid')
      throw invalid(error.code, error.detail, [{ pointer: '/filter', message: error.detail }]);
    throw error;
  }
}

/** Whether the filter alone says who is meant, or narrows groups and computers that are named. */
export function isFilterOnly(request: { filter?: string; groupIds: string[]; computerIds: string[] }): boolean {
  return request.filter !== undefined && request.groupIds.length === 0 && request.computerIds.length === 0;
}
