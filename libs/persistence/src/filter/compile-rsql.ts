import { invalid, nearest } from '@waybill/contracts';
import { parse } from '@rsql/parser';
import { compileComparison } from './compile-comparison.js';
import { type Bind, type FieldMap, findField, type Operator } from './field-map.js';

/** A filter may hold this many comparisons; one more is refused. */
export const FILTER_TERMS = 100;
const FILTER_LENGTH = 8192;
const FILTER_DEPTH = 20;

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
  if (filter.length > FILTER_LENGTH) throw tooLong(`at most ${FILTER_LENGTH} characters`);
  // Counted before parsing: a parser must not be fed ten thousand terms to learn that there are too many.
  if (roughTerms(filter) > FILTER_TERMS * 2) throw tooLong(`at most ${FILTER_TERMS} comparisons`);
  const budget = { terms: FILTER_TERMS };
  return compileNode(parseFilter(filter), fields, bind, budget, 0);
}

function parseFilter(filter: string): Node {
  try {
    return parse(filter) as unknown as Node;
  } catch (error) {
    const where = error instanceof Error ? error.message.split('\n')[0] : 'unreadable';
    throw invalid('filter.syntax', `The filter is not valid RSQL (${where}). Example: status==failed;name==pc-1*`);
  }
}

function compileNode(node: Node, fields: FieldMap, bind: Bind, budget: { terms: number }, depth: number): string {
  if (node.type === 'LOGIC') {
    // a;b;c nests to the left: only groups within groups are deep
    if (depth > FILTER_DEPTH + FILTER_TERMS) throw tooLong(`at most ${FILTER_DEPTH} nested groups`);
    const left = compileNode(node.left, fields, bind, budget, depth + 1);
    const right = compileNode(node.right, fields, bind, budget, depth + 1);
    const both = node.operator === ';' || node.operator === 'and';
    return `(${left} ${both ? 'AND' : 'OR'} ${right})`;
  }
  if (--budget.terms < 0) throw tooLong(`at most ${FILTER_TERMS} comparisons`);
  const { selector } = node.left;
  const found = findField(fields, selector);
  if (!found) {
    const names = Object.keys(fields);
    throw invalid('filter.unknownField', `The filter names "${selector}"${nearest(selector, names)}; it may name ${names.join(', ')}.`);
  }
  const operator = OPERATORS[node.operator];
  if (!operator) {
    throw invalid('filter.operator', `The filter uses the operator "${node.operator}"; use one of == != < <= > >= =in= =out=.`);
  }
  const values = Array.isArray(node.right.value) ? node.right.value : [node.right.value];
  return compileComparison(selector, found.field, found.key, operator, values, bind);
}

function roughTerms(filter: string): number {
  return (filter.match(/[;,]| and | or /g)?.length ?? 0) + 1;
}

const tooLong = (limit: string) => invalid('filter.tooLong', `The filter is too long: ${limit}.`);
