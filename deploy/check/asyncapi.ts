/** `libs/contracts/asyncapi.yaml` must be a valid AsyncAPI document: structure, references, bindings and schemas, by AsyncAPI's own parser. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Parser } from '@asyncapi/parser';
import { repositoryRoot } from '../local/local-paths.ts';

const FILE = 'libs/contracts/asyncapi.yaml';
/** The parser's severities: 0 error, 1 warning; above are hints, e.g. that there is a newer version of AsyncAPI. */
const WORST_ALLOWED = 2;

const { document, diagnostics } = await new Parser().parse(readFileSync(join(repositoryRoot, FILE), 'utf8'));
const problems = diagnostics.filter(({ severity }) => Number(severity) < WORST_ALLOWED);
for (const { code, message, path, range } of problems)
  console.error(`${FILE}:${range.start.line + 1} /${path.join('/')}: ${message} (${code})`);
if (!document && problems.length === 0) console.error(`${FILE} cannot be read.`);
if (!document || problems.length > 0) process.exitCode = 1;
