import { join } from 'node:path';
import { repositoryRoot } from './local-paths.ts';

export interface Check {
  readonly name: string;
  /** Run from the root of the repository; `node` and the tools of node_modules/.bin are on the PATH. */
  readonly command: readonly string[];
  readonly env?: Readonly<{ [name: string]: string }>;
  /** A failed check of this kind makes the following ones meaningless. */
  readonly needed?: boolean;
}

const bin = (tool: string): string => join(repositoryRoot, 'node_modules/.bin', tool);
const TSC = join(repositoryRoot, 'node_modules/@typescript/native/bin/tsc');

const script = (path: string): string[] => [process.execPath, '--disable-warning=ExperimentalWarning', path];

/** Nx without its daemon: nothing may stay running, and what it caches lies in .nx. */
const NX = { NX_DAEMON: 'false', NX_NO_CLOUD: 'true', NX_TUI: 'false' };

/** Everything that `npm run check` runs, in this order. A new check is a line here; each fails by its exit code. */
export const CHECKS: readonly Check[] = [
  { name: 'build', command: [process.execPath, TSC, '-b', '--pretty', 'false'], needed: true },
  { name: 'types of specs', command: [process.execPath, TSC, '-p', 'tsconfig.spec.json', '--pretty', 'false'] },
  { name: 'types of tools', command: [process.execPath, TSC, '-p', 'tsconfig.tools.json', '--pretty', 'false'] },
  {
    name: 'lint and module boundaries',
    command: [bin('nx'), 'run-many', '-t', 'lint', '--parallel=2', '--outputStyle=static'],
    env: NX,
  },
  { name: 'lint of tools', command: [bin('eslint'), '--max-warnings=0', 'deploy', 'e2e', 'bench', 'jest.config.mjs'] },
  {
    name: 'import cycles',
    command: [
      bin('depcruise'),
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'err',
      'libs',
      'services',
      'deploy',
      'e2e',
      'bench',
    ],
  },
  { name: 'unused files, exports and dependencies', command: [bin('knip'), '--no-progress', '--no-config-hints'] },
  { name: 'generated files', command: script('deploy/check/generated.ts') },
  { name: 'AsyncAPI document', command: script('deploy/check/asyncapi.ts') },
  { name: 'Kubernetes manifests', command: script('deploy/check/kubernetes.ts') },
  { name: 'variables of compose, Kubernetes and the local stack', command: script('deploy/check/variables.ts') },
  { name: 'known holes in dependencies', command: script('deploy/check/audit.ts') },
  { name: 'format', command: [bin('prettier'), '--check', '--log-level', 'warn', '.'] },
];
