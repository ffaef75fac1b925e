import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { E2eStack } from './e2e-stack.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const SECTION = '## A first job by hand';

/**
 * The commands of the README's first job, in their order, as one shell script for this stack: only addresses, the password's file and
 * the directory are other ones, and an answer that is a problem ends it.
 * @throws when the README does not say one of the things that are replaced
 */
export function readmeStory(stack: E2eStack, directory: string): string {
  const readme = readFileSync(join(REPOSITORY, 'README.md'), 'utf8');
  const section = readme.slice(readme.indexOf(SECTION)).split(/\n## (?!A first job)/)[0] ?? '';
  const commands = [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block).join('\n');
  const script = Object.entries({
    'http://127.0.0.1:8080': stack.services.gatewayUrl,
    'http://127.0.0.1:8081': stack.services.fleetUrl,
    '.local/admin-password': stack.services.adminPasswordFile,
    'tmp/first-job': directory,
    'curl -sS': 'curl -sS --fail-with-body',
  }).reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the first job of the README does not say "${from}"`);
    return text.replaceAll(from, to);
  }, commands);
  return `cd ${REPOSITORY}\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n${script}`;
}
