import { invalid, WaybillError } from '@waybill/contracts';
import { compileRsql, type FieldMap } from '@waybill/persistence';
import { LASTING_FIELDS } from '../computers/computer-fields.js';

/** Fields of lists that change by themselves all the time, or would make groups depend on each other in a circle. */
const UNSUITABLE: Readonly<Record<string, string>> = {
  online: 'it changes with every connection',
  lastSeenAt: 'it changes with every connection',
  group: 'groups that depend on each other could go in circles',
};

/**
 * Refuses a filter that a dynamic group cannot have.
 * @throws invalid `filter.*` and `group.filterUnsuitable`, with the pointer `/filter`
 */
export function checkFilter(filter: string): void {
  try {
    compileRsql(filter, FIELDS, () => '');
  } catch (error) {
    if (error instanceof WaybillError && error.kind === 'invalid')
      throw invalid(error.code, error.detail, [{ pointer: '/filter', message: error.detail }]);
    throw error;
  }
}

const FIELDS: FieldMap = {
  ...LASTING_FIELDS,
  ...Object.fromEntries(
    Object.entries(UNSUITABLE).map(([name, why]) => [
      name,
      {
        sql: '',
        type: 'text' as const,
        compile: () => {
          throw invalid('group.filterUnsuitable', `A dynamic group cannot look at "${name}": ${why}.`);
        },
      },
    ]),
  ),
};
