import { type Bind, compileRsql } from '@waybill/persistence';
import { LASTING_FIELDS } from '../computers/computer-fields.js';

/** A dynamic group as far as its members go. */
export interface Filtered {
  id: string;
  filter: string;
}

/** The condition on `computers c` that a dynamic group's filter stands for. @throws WaybillError when it is no filter (any more) */
export function filterCondition(filter: string, bind: Bind): string {
  return compileRsql(filter, LASTING_FIELDS, bind);
}
