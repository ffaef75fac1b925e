import { invalid, type SoftwareSource, versionKey } from '@waybill/contracts';
import { type Bind, compileComparison, type Field, type Operator } from '@waybill/persistence';

const ORDERED = '.version';
const NEGATED: Partial<Record<Operator, Operator>> = { '!=': '==', '=out=': '=in=' };
/** rpm's versions are ordered by rpm's rules, the others by keys that can be compared with each other's text only. */
const SOURCES: readonly SoftwareSource[] = ['dpkg', 'rpm', 'registry', 'waybill'];

/**
 * The filter fields `software.<name>` and `software.<name>.version`: whether a computer has it in a version that fits.
 *
 * `software.<name>` compares the version as text, with wildcards: `==*` is "installed in any version", `!=*` "not installed".
 * `software.<name>.version` orders versions by the rules of where they were found: `software.acme-ledger.version<2.4` is "installed, and
 * older than 2.4". `!=` and `=out=` are the opposite of `==` and `=in=`, so true also where it is not installed.
 * @param computerId SQL expression of the computer's id
 */
export function softwareField(computerId: string): Field {
  return {
    sql: computerId,
    type: 'text',
    compile: (operator, values, bind, key) => {
      const positive = NEGATED[operator] ?? operator;
      const ordered = key.endsWith(ORDERED) && key.length > ORDERED.length;
      const name = ordered ? key.slice(0, -ORDERED.length) : key;
      const fits = ordered ? orderedVersion(positive, values, bind) : versionText(name, positive, values, bind);
      const has = `EXISTS (SELECT 1 FROM software fs WHERE fs.computer_id = ${computerId} AND fs.name = ${bind(name)} AND ${fits})`;
      return positive === operator ? has : `NOT ${has}`;
    },
  };
}

/** @throws invalid `filter.operator` for an order, which needs `.version` */
function versionText(name: string, operator: Operator, values: string[], bind: Bind): string {
  if (operator !== '==' && operator !== '=in=')
    throw invalid(
      'filter.operator',
      `"software.${name.slice(0, 100)}" cannot be compared with ${operator}; say "software.${name.slice(0, 100)}${ORDERED}${operator}${values[0]!.slice(0, 100)}".`,
    );
  return compileComparison('software', { sql: 'fs.version', type: 'text' }, '', operator, values, bind);
}

function orderedVersion(operator: Operator, values: string[], bind: Bind): string {
  const cases = SOURCES.map((source) => {
    const keys = values.map((value) => versionKey(value, source));
    const test =
      operator === '=in='
        ? `= ANY(${bind(keys)}::text[])`
        : `${operator === '==' ? '=' : operator} ${bind(keys[0])}::text`;
    return `WHEN '${source}' THEN fs.version_key ${test}`;
  });
  return `CASE fs.source ${cases.join(' ')} END`;
}
