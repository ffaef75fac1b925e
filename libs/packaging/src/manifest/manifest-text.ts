import type { FieldError } from '@waybill/contracts';
import { type Document, isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';

/** One thing wrong with the text of a manifest; line and column count from 1. */
export interface TextProblem extends FieldError {
  /** `syntax`: not YAML as manifests use it; `value`: YAML, but it says something else than its author meant */
  kind: 'syntax' | 'value';
  line: number;
  column: number;
}

export interface Place {
  line: number;
  column: number;
}

export interface ManifestText {
  /** what the text says; undefined when there are problems */
  value: unknown;
  problems: TextProblem[];
  /** Where the key (or the item of a list) that a JSON pointer names is written, or its nearest parent when it is missing. */
  placeOf(pointer: string): Place;
}

const TOO_DEEP = 'the manifest is nested too deep';
const START: Place = { line: 1, column: 1 };

/**
 * Reads `waybill.yaml` or `waybill.json` (JSON is YAML). Aliases are refused (a small document could unfold into gigabytes), so are
 * duplicate keys and versions that YAML reads as numbers. Never throws.
 */
export function readManifestText(text: string): ManifestText {
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, { uniqueKeys: true, schema: 'core', lineCounter: lines });
    const placeAt = (offset: number): Place => {
      const { line, col } = lines.linePos(offset);
      return { line: Math.max(line, 1), column: Math.max(col, 1) };
    };
    const found = [...syntaxProblems(document, placeAt), ...aliases(document, placeAt)];
    const problems = found.length > 0 ? found : unquotedVersions(document.contents, '', (at) => placeAt(at));
    const value = problems.length > 0 ? undefined : (document.toJS({ maxAliasCount: 0 }) as unknown);
    return { value, problems, placeOf: (pointer) => placeAt(offsetOf(document.contents, pointer)) };
  } catch {
    // the parser and the walk over its nodes call themselves for every level
    const problem: TextProblem = { kind: 'syntax', pointer: '', message: TOO_DEEP, ...START };
    return { value: undefined, problems: [problem], placeOf: () => START };
  }
}

function syntaxProblems(document: Document.Parsed, placeAt: (offset: number) => Place): TextProblem[] {
  // the parser's stack ran out: it notes that once for every level above
  const tooDeep = document.errors.some(({ code }) => code === 'RESOURCE_EXHAUSTION');
  if (tooDeep) return [{ kind: 'syntax', pointer: '', message: TOO_DEEP, ...placeAt(0) }];
  return document.errors.map((error) => ({
    kind: 'syntax',
    pointer: '',
    message: error.message.split('\n')[0]!.replace(/:$/, ''),
    ...placeAt(error.pos[0]),
  }));
}

function aliases(document: Document.Parsed, placeAt: (offset: number) => Place): TextProblem[] {
  const problems: TextProblem[] = [];
  visit(document, {
    Alias: (_, node) => {
      const message = 'the manifest uses YAML aliases, which are not allowed; write the values out';
      problems.push({ kind: 'syntax', pointer: '', message, ...placeAt(node.range?.[0] ?? 0) });
      // a bomb has thousands; the first says it
      return visit.BREAK;
    },
  });
  return problems;
}

/** Versions in a manifest lie no deeper. */
const DEEPEST = 12;

/** YAML reads `version: 2.10` as the number 2.1; only here the text that was meant is still known. */
function unquotedVersions(
  node: unknown,
  pointer: string,
  placeAt: (offset: number) => Place,
  depth = 0,
): TextProblem[] {
  if (depth > DEEPEST) return [];
  if (isSeq(node))
    return node.items.flatMap((item, i) => unquotedVersions(item, `${pointer}/${i}`, placeAt, depth + 1));
  if (!isMap(node)) return [];
  return node.items.flatMap(({ key, value }) => {
    const name = isScalar(key) ? String(key.value) : '';
    const at = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (name !== 'version' || !isScalar(value) || typeof value.value !== 'number') {
      return unquotedVersions(value, at, placeAt, depth + 1);
    }
    const quoted = JSON.stringify(value.source ?? String(value.value));
    const message = `put the version in quotes, version: ${quoted}; without them YAML reads a number`;
    return [{ kind: 'value' as const, pointer: at, message, ...placeAt(value.range?.[0] ?? 0) }];
  });
}

function offsetOf(root: unknown, pointer: string): number {
  let node = root;
  let offset = startOf(root) ?? 0;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === name);
      if (!pair) return offset;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(name)];
      if (node === undefined) return offset;
      offset = startOf(node) ?? offset;
    } else return offset;
  }
  return offset;
}

const startOf = (node: unknown): number | undefined =>
  (node as { range?: [number, number, number] | null } | null)?.range?.[0];
