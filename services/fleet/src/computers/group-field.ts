import { invalid } from '@waybill/contracts';
import type { Field } from '@waybill/persistence';

const IN: readonly string[] = ['==', '=in='];
const OUT: readonly string[] = ['!=', '=out='];

/**
 * The filter field `group`: whether a computer is a member of any of the named groups.
 * @param computerId SQL expression of the computer's id
 */
export function groupField(computerId: string): Field {
  return {
    sql: computerId,
    type: 'text',
    compile: (operator, values, bind) => {
      if (!IN.includes(operator) && !OUT.includes(operator)) {
        throw invalid('filter.operator', `"group" cannot be compared with ${operator}; use ==, !=, =in= or =out=.`);
      }
      const member = `EXISTS (SELECT 1 FROM memberships fm JOIN groups fg ON fg.id = fm.group_id WHERE fm.computer_id = ${computerId} AND fg.name = ANY(${bind(values)}::text[]))`;
      return IN.includes(operator) ? member : `NOT ${member}`;
    },
  };
}
