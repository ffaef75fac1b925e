import { invalid, nearest } from '@waybill/contracts';
import { parse } from '@rsql/parser';
import { compileComparison } from './compile-comparison.js';
import { type Bind, type FieldMap, findField, type Operator } from './field-map.js';

/** A filter may hold this many comparisons; one more is refused. */
export const FILTER_TERMS = 100;
/** Characters; bounds what the parser is fed. */
const FILTER_LENGTH = 8192;

interface Comparison {
  type: 'COMPARISON';
  left: { selector: string };
  operator: string;
  right: { value: string | string[] };
}
interface Logic {
  type: 'LOGIC';
  left: Node;
  operator: string;
  right: Node;
}
type Node = Comparison | Logic;

const OPERATORS: Record<string, Operator> = {
  '==': '==',
  '!=': '!=',
  '<': '<',
  '=lt=': '<',
  '<=': '<=',
  '=le=': '<=',
  '>': '>',
  '=gt=': '>',
  '>=': '>=',
  '=ge=': '>=',
  '=in=': '=in=',
  '=out=': '=out=',
};

/**
 * Compiles an RSQL filter to a SQL condition. Field names come from the allow-list, values only ever through `bind`.
 * @throws invalid `filter.syntax`, `filter.unknownField`, `filter.operator`, `filter.value`, `filter.tooLong`
 */
export function compileRsql(filter: string, fields: FieldMap, bind: Bind): string {
  if (filter.length > FILTER_LENGTH)
    throw tooLong(`it has ${filter.length} characters, at most ${FILTER_LENGTH} are taken`);
  const tree = parseFilter(filter);
  const terms = countTerms(tree);
  if (terms > FILTER_TERMS) throw tooLong(`it has ${terms} comparisons, at most ${FILTER_TERMS} are taken`);
  return compileNode(tree, fields, bind);
}

function parseFilter(filter: string): Node {
  try {
    return parse(filter);
  } catch (error) {
    // the parser repeats the whole filter behind ` in "`
    const where = error instanceof Error ? error.message.split(' in "')[0]!.slice(0, 200) : 'unreadable';
    throw invalid('filter.syntax', `The filter is not valid RSQL: ${where}. Example: status==failed;name==pc-1*`);
  }
}

/** Without recursion: before it is counted, a tree may be too deep for the stack. */
function countTerms(tree: Node): number {
  let terms = 0;
  const open: Node[] = [tree];
  for (let node = open.pop(); node; node = open.pop()) {
    if (node.type === 'LOGIC') open.push(node.left, node.right);
    else terms++;
  }
  return terms;
}

/** As deep as there are terms at most. */
function compileNode(node: Node, fields: FieldMap, bind: Bind): string {
  if (node.type === 'LOGIC') {
    const both = node.operator === ';' || node.operator === 'and';
    return `(${compileNode(node.left, fields, bind)} ${both ? 'AND' : 'OR'} ${compileNode(node.right, fields, bind)})`;
  }
  const { selector } = node.left;
  const found = findField(fields, selector);
  if (!found) {
    const names = Object.keys(fields);
    throw invalid(
      'filter.unknownField',
      `The filter names "${selector.slice(0, 100)}"${nearest(selector, names)}; it may name ${names.join(', ')}.`,
    );
  }
  const operator = Object.hasOwn(OPERATORS, node.operator) ? OPERATORS[node.operator] : undefined;
  if (!operator) {
    throw invalid(
      'filter.operator',
      `The filter uses the operator "${node.operator.slice(0, 20)}"; use one of == != < <= > >= =in= =out=.`,
    );
  }
  const values = Array.isArray(node.right.value) ? node.right.value : [node.right.value];
  return compileComparison(selector, found.field, found.key, operator, values, bind);
}

const tooLong = (limit: string) => invalid('filter.tooLong', `The filter is too long: ${limit}.`);
