/** Renders every overlay and validates it strictly against the schemas of Kubernetes, offline (`kubernetes-validate` carries them). */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePythonTool } from '../local/install/python-tool.ts';
import { repositoryRoot } from '../local/local-paths.ts';
import { kustomize } from './kustomize.ts';

const VALIDATOR = {
  directory: 'python',
  requirement: 'kubernetes-validate==1.37.0',
  program: 'kubernetes-validate',
};
const VERSION = '1.34';

const validator = ensurePythonTool(VALIDATOR);
const overlays = join(repositoryRoot, 'k8s/overlays');
for (const overlay of readdirSync(overlays)) {
  const [program, ...args] = kustomize();
  const rendered = run(program!, [...args, join(overlays, overlay)]);
  const directory = mkdtempSync(join(tmpdir(), 'waybill-k8s-'));
  try {
    const file = join(directory, `${overlay}.yaml`);
    writeFileSync(file, rendered);
    run(validator, ['--strict', '--quiet', '-k', VERSION, file]);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function run(program: string, args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (status !== 0) {
    console.error(`${program} ${args.join(' ')}\n${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`);
    process.exit(1);
  }
  return stdout;
}
