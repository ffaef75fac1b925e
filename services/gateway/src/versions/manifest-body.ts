import { invalid } from '@waybill/contracts';
import { readManifestText } from '@waybill/packaging';

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
  const { value, problems } = readManifestText(text);
  const [problem] = problems;
  if (!problem) return value;
  if (problem.kind === 'value') {
    const errors = problems.map(({ pointer, message }) => ({ pointer, message }));
    throw invalid('manifest.invalid', `The manifest has a version that is not text: ${problem.message}.`, errors);
  }
  const where = /at line \d+/.test(problem.message) ? '' : ` (line ${problem.line}, column ${problem.column})`;
  throw invalid('manifest.notYaml', `The manifest is not valid YAML: ${problem.message}${where}`);
}
