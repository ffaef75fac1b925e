import { invalid } from '@waybill/contracts';
import { parseDocument } from 'yaml';

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
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch {
    throw invalid('manifest.notYaml', 'The manifest uses YAML aliases, which are not allowed; write the values out.');
  }
}

function parsed(text: string) {
  try {
    return parseDocument(text, { uniqueKeys: true, schema: 'core' });
  } catch {
    // the parser calls itself for every level
    throw invalid('manifest.notYaml', 'The manifest is nested too deep.');
  }
}
