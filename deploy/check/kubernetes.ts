/** Renders every overlay and validates it strictly against the schemas of Kubernetes, offline (`kubernetes-validate` carries them). */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localDirectory, repositoryRoot } from '../local/local-paths.ts';
import { kustomize } from './kustomize.ts';

const VALIDATOR = 'kubernetes-validate==1.37.0';
const VERSION = '1.34';

const validator = installValidator();
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

/** In a Python environment of its own under `.local`. */
function installValidator(): string {
  const environment = join(localDirectory, 'python');
  const program = join(environment, 'bin/kubernetes-validate');
  if (existsSync(program)) return program;
  if (spawnSync('python3', ['-m', 'venv', environment]).status !== 0) {
    // Debian keeps venv in a package of its own.
    run('apt-get', ['install', '--yes', '--quiet', '--no-install-recommends', 'python3-venv']);
    run('python3', ['-m', 'venv', environment]);
  }
  run(join(environment, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', VALIDATOR]);
  return program;
}

function run(program: string, args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (status !== 0) {
    console.error(`${program} ${args.join(' ')}\n${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`);
    process.exit(1);
  }
  return stdout;
}
