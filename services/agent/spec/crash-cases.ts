import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import type { Variant } from '@waybill/contracts/agent';
import { planSteps } from '../src/execution/plan-steps.js';
import type { FakeDoor } from './fake-door.js';
import { debBytes, put, tarBytes } from './packages.js';
import { canRpm, rpmBytes } from './rpm-tool.js';

const OLD = 'the old content\n';
const NEW = 'the new content\n';

/** A package of one installer type, with what tells afterwards whether it is installed. */
export interface CrashSubject {
  variant: Omit<Variant, 'platform'>;
  /** the tree before the first attempt */
  prepare(root: string): void;
  installed(root: string): boolean;
  /** true when the tree is as {@link prepare} left it */
  untouched(root: string): boolean;
  /** how often the installer itself ran, null when only the agent knows */
  runs(root: string): number | null;
}

/** Appends a line per run, so that a second one shows. */
const COUNT = (name: string) => `#!/bin/sh\necho run >> "$WAYBILL_ROOT/${name}"\n`;

export function lines(path: string): number {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0;
}

/** Installer types that can be tried on this machine. */
export const CRASH_TYPES = ['deb', ...(canRpm() ? (['rpm'] as const) : []), 'archive', 'files', 'script'] as const;

export function crashSubjects(door: FakeDoor): Record<(typeof CRASH_TYPES)[number], CrashSubject> {
  const add = (file: string, bytes: Buffer) => ({ file, ...door.addObject(bytes) });
  const before = add('before.sh', Buffer.from(COUNT('hook-before')));
  const after = add('after.sh', Buffer.from(COUNT('hook-after')));
  const check = add('check.sh', Buffer.from('#!/bin/sh\nexit 0\n'));
  const hooks = { before: 'before.sh', after: 'after.sh' };
  const holds = (path: string, content: string) => (root: string) =>
    existsSync(join(root, path)) && readFileSync(join(root, path), 'utf8') === content;
  return {
    deb: {
      variant: {
        artifacts: [add('acme.deb', debBytes('acme', '2', { 'opt/acme/data': NEW })), before, after, check],
        installer: { type: 'deb' },
        requirements: [{ script: { file: 'check.sh' } }],
        detection: [{ deb: { package: 'acme', version: '2' } }],
        hooks,
      },
      prepare: () => {},
      installed: holds('opt/acme/data', NEW),
      untouched: (root) => !existsSync(join(root, 'opt/acme/data')),
      runs: (root) => {
        const log = join(root, 'var/log/dpkg.log');
        return existsSync(log)
          ? readFileSync(log, 'utf8')
              .split('\n')
              .filter((line) => line.includes(' install acme:')).length
          : 0;
      },
    },
    rpm: {
      variant: {
        artifacts: [
          add('acme.rpm', canRpm() ? rpmBytes('acme', '2', { 'opt/acme/data': NEW }) : Buffer.of()),
          before,
          after,
        ],
        installer: { type: 'rpm' },
        detection: [{ rpm: { package: 'acme', version: '2' } }],
        hooks,
      },
      prepare: () => {},
      installed: holds('opt/acme/data', NEW),
      untouched: (root) => !existsSync(join(root, 'opt/acme/data')),
      runs: () => null,
    },
    archive: {
      variant: {
        artifacts: [add('tree.tar.gz', tarBytes({ data: NEW })), before, after],
        installer: { type: 'archive', directory: '/opt/acme' },
        hooks,
      },
      prepare: (root) => put(join(root, 'opt/acme/data'), OLD),
      installed: holds('opt/acme/data', NEW),
      untouched: holds('opt/acme/data', OLD),
      runs: () => null,
    },
    files: {
      variant: {
        artifacts: [add('data', Buffer.from(NEW)), before, after],
        installer: { type: 'files', files: [{ file: 'data', path: '/opt/acme/data', mode: '0640' }] },
        detection: [{ file: { path: '/opt/acme/data', sha256: createHash('sha256').update(NEW).digest('hex') } }],
        hooks,
      },
      prepare: (root) => put(join(root, 'opt/acme/data'), OLD),
      installed: holds('opt/acme/data', NEW),
      untouched: holds('opt/acme/data', OLD),
      runs: () => null,
    },
    script: {
      variant: {
        artifacts: [
          add(
            'setup.sh',
            Buffer.from(
              `${COUNT('setup-runs')}mkdir -p "$WAYBILL_ROOT/opt/acme"\nprintf '${NEW.replace('\n', '\\n')}' > "$WAYBILL_ROOT/opt/acme/data"\n`,
            ),
          ),
          before,
          after,
        ],
        installer: { type: 'script', file: 'setup.sh' },
        detection: [{ file: { path: '/opt/acme/data' } }],
        hooks,
      },
      prepare: () => {},
      installed: holds('opt/acme/data', NEW),
      untouched: (root) => !existsSync(join(root, 'opt/acme/data')),
      runs: (root) => lines(join(root, 'setup-runs')),
    },
  };
}

/** Every journal boundary of an installation: the step begun, its work done but not journaled; then the end and its report. */
export function crashMoments({ variant }: CrashSubject): string[] {
  const steps: string[] = planSteps({ action: 'install' }, { platform: { os: 'linux' }, ...variant });
  if (variant.installer.type === 'archive' || variant.installer.type === 'files') steps.push('settle');
  // What comes before the hook is the same for every type: once is enough.
  if (variant.installer.type !== 'deb') steps.splice(0, steps.indexOf('hook.before'));
  const atSteps = steps.flatMap((step) => [`after:step.${step}.started`, `before:step.${step}.finished`]);
  return [
    'after:command.execute',
    ...atSteps,
    'after:step.install.finished',
    'before:final',
    'after:final',
    'before:report.confirmed',
  ];
}
