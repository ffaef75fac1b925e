import { type FieldError, invalid } from '@waybill/contracts';
import { isMap, isScalar, isSeq, parseDocument } from 'yaml';

/**
 * The manifest of a request body: an object when it came as JSON, a string when it came as YAML.
 * Aliases are refused (a small document could unfold into gigabytes), so are duplicate keys.
 * @throws invalid `manifest.notYaml` with line and column
 */
export function manifestFromBody(body: unknown): object {
  const value = typeof body === 'string' ? parseYaml(body) : body;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(
      'manifest.invalid',
      'Send the manifest as a JSON object (Content-Type: application/json) or as YAML (Content-Type: application/yaml).',
    );
  }
  return value;
}

function parseYaml(text: string): unknown {
  const document = parsed(text);
  const [problem] = document.errors;
  if (problem) throw invalid('manifest.notYaml', `The manifest is not valid YAML: ${problem.message.split('\n')[0]}`);
  const unquoted = unquotedVersions(document.contents, '');
  if (unquoted.length > 0) {
    throw invalid(
      'manifest.invalid',
      `The manifest has a version that is not text: ${unquoted[0]!.message}.`,
      unquoted,
    );
  }
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch {
    throw invalid('manifest.notYaml', 'The manifest uses YAML aliases, which are not allowed; write the values out.');
  }
}

/** Versions in a manifest lie no deeper. */
const DEEPEST = 12;

/** YAML reads `version: 2.10` as the number 2.1; only here the text that was meant is still known. */
function unquotedVersions(node: unknown, pointer: string, depth = 0): FieldError[] {
  if (depth > DEEPEST) return [];
  if (isSeq(node)) return node.items.flatMap((item, i) => unquotedVersions(item, `${pointer}/${i}`, depth + 1));
  if (!isMap(node)) return [];
  return node.items.flatMap(({ key, value }) => {
    const name = isScalar(key) ? String(key.value) : '';
    const at = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (name !== 'version' || !isScalar(value) || typeof value.value !== 'number') {
      return unquotedVersions(value, at, depth + 1);
    }
    const quoted = JSON.stringify(value.source ?? String(value.value));
    return [
      { pointer: at, message: `put the version in quotes, version: ${quoted}; without them YAML reads a number` },
    ];
  });
}

function parsed(text: string) {
  try {
    return parseDocument(text, { uniqueKeys: true, schema: 'core' });
  } catch {
    // the parser calls itself for every level
    throw invalid('manifest.notYaml', 'The manifest is nested too deep.');
  }
}
