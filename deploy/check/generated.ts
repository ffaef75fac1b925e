/** Regenerates what is generated and committed, and fails when that changes anything. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../local/local-paths.ts';

const GENERATED = [
  { file: 'services/gateway/src/openapi/views.generated.ts', by: 'services/gateway/scripts/generate-views.mjs' },
  { file: 'services/gateway/openapi.json', by: 'services/gateway/dist/openapi/write-document.js' },
  { file: 'services/fleet/openapi.json', by: 'services/fleet/dist/openapi/write-document.js' },
  { file: 'libs/contracts/asyncapi.yaml', by: 'libs/messaging/dist/asyncapi/write-document.js' },
];

const changed: string[] = [];
for (const { file, by } of GENERATED) {
  const path = join(repositoryRoot, file);
  const before = readFileSync(path, 'utf8');
  const { status, stderr } = spawnSync(process.execPath, [join(repositoryRoot, by)], {
    cwd: repositoryRoot,
    encoding: 'utf8',
  });
  if (status !== 0) {
    console.error(`${by} failed: ${stderr}`);
    process.exit(1);
  }
  if (readFileSync(path, 'utf8') !== before) {
    changed.push(`${file} (by ${by})`);
    writeFileSync(path, before);
  }
}
if (changed.length > 0) {
  console.error(`Out of date; generate and commit: ${changed.join(', ')}`);
  process.exitCode = 1;
}
