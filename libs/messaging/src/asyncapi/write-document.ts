/** Writes libs/contracts/asyncapi.yaml from the code: `node dist/asyncapi/write-document.js`. Needs no server. */
import { writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { buildDocument } from './document.js';

const yaml = stringify(buildDocument(), { aliasDuplicateObjects: false, blockQuote: 'literal', lineWidth: 0 });
writeFileSync(
  new URL('../../../contracts/asyncapi.yaml', import.meta.url),
  `# Generated from the code (libs/messaging/src/asyncapi); do not edit.\n${yaml}`,
);
