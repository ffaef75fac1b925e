import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { binDirectory, debianRoot, goCaches } from '../local/local-paths.ts';

const MODULE = 'sigs.k8s.io/kustomize/kustomize/v5@v5.7.1';

let command: string[] | undefined;

/**
 * The command that renders a kustomization: `kubectl kustomize`, or `kustomize` from the PATH or from `.local/bin`, built there from
 * its Go module when the machine has neither.
 */
export function kustomize(): string[] {
  return (command ??= find());
}

function find(): string[] {
  if (answers('kubectl', ['version', '--client'])) return ['kubectl', 'kustomize'];
  if (answers('kustomize', ['version'])) return ['kustomize', 'build'];
  const own = join(binDirectory, 'kustomize');
  if (!existsSync(own)) install();
  return [own, 'build'];
}

const answers = (program: string, args: string[]): boolean => spawnSync(program, args).status === 0;

/** With the machine's Go, else with the compiler of the private Debian tree, which runs outside of it too. */
function install(): void {
  const root = join(debianRoot, 'usr/lib/go-1.27');
  const own = existsSync(join(root, 'bin/go'));
  const go = answers('go', ['version']) ? 'go' : own ? join(root, 'bin/go') : undefined;
  if (!go) {
    throw new Error(
      'kustomize is missing and there is no Go to build it with: run npm start once (it brings a Go compiler), or install kubectl.',
    );
  }
  const env = {
    ...process.env,
    ...goCaches,
    GOBIN: binDirectory,
    CGO_ENABLED: '0',
    GOTOOLCHAIN: 'local',
    ...(go === 'go' ? {} : { GOROOT: root }),
  };
  const { status, stderr } = spawnSync(go, ['install', MODULE], { env, encoding: 'utf8' });
  rmSync(goCaches.GOPATH, { recursive: true, force: true });
  if (status !== 0) throw new Error(`kustomize could not be built: ${stderr}`);
}
