import type { CreateJob, FieldError, JobAction, Manifest } from '@waybill/contracts';
import { retryErrors } from './check-retry.js';
import { timeoutErrors } from './check-timeouts.js';
import { userErrors } from './check-user.js';
import { rolloutErrors } from '../rollout/check-rollout.js';

const MAX_ANNOTATIONS = 50;
const MAX_ANNOTATION_KEY = 100;
const MAX_ANNOTATION_VALUE = 500;
const MAX_NAME = 200;
const CONTROL = /[\p{Cc}\u2028\u2029]/u;

/** Problems of an order that can be seen without asking anybody. */
export function checkOrder(order: CreateJob): FieldError[] {
  return [
    ...nameErrors(order.name),
    ...installationErrors(order),
    ...targetErrors(order),
    ...joinerErrors(order),
    ...rolloutErrors(order.rollout),
    ...retryErrors(order.retry),
    ...timeoutErrors(order.timeouts),
    ...userErrors(order),
    ...annotationErrors(order.annotations ?? {}),
  ];
}

/** Name of a job that was given none. */
export function defaultName(order: CreateJob): string {
  return `${order.action ?? 'install'} ${order.package} ${order.version}`.slice(0, MAX_NAME);
}

/** An installer of type `script` says itself how to undo it, or nobody knows. */
export function actionErrors(action: JobAction, manifest: Manifest): FieldError[] {
  if (action !== 'uninstall') return [];
  const possible = manifest.variants.some(({ installer, uninstall }) => uninstall || installer.type !== 'script');
  if (possible) return [];
  const message = `${manifest.package} ${manifest.version} does not say how it is uninstalled: no variant has "uninstall"`;
  return [{ pointer: '/action', message }];
}

/** True for text that no name may hold, and that the database would refuse. */
export function hasControlCharacters(text: string): boolean {
  return CONTROL.test(text);
}

function nameErrors(name: string | undefined): FieldError[] {
  return name?.trim() === '' ? [{ pointer: '/name', message: 'name must not be blank' }] : [];
}

function installationErrors({ action, schedule }: CreateJob): FieldError[] {
  if (action !== 'verify' || schedule?.installAt === undefined) return [];
  return [
    { pointer: '/schedule/installAt', message: 'a job that only verifies installs nothing: leave installAt out' },
  ];
}

function targetErrors({ targets }: CreateJob): FieldError[] {
  const errors = [
    ...repeated(targets.groups, '/targets/groups'),
    ...repeated(targets.computers, '/targets/computers'),
    ...repeated(targets.exclude?.groups, '/targets/exclude/groups'),
    ...repeated(targets.exclude?.computers, '/targets/exclude/computers'),
  ];
  if (!targets.groups?.length && !targets.computers?.length && targets.filter === undefined) {
    errors.push({ pointer: '/targets', message: 'name at least one group or computer, or give a filter' });
  }
  return errors;
}

function joinerErrors({ lateJoiners, targets }: CreateJob): FieldError[] {
  if (lateJoiners !== 'include' || targets.groups?.length) return [];
  const message = 'nobody joins a job that names no group: leave lateJoiners out, or name groups';
  return [{ pointer: '/lateJoiners', message }];
}

function repeated(names: readonly string[] = [], pointer: string): FieldError[] {
  const seen = new Set<string>();
  return names.flatMap((name, i) => {
    const key = name.toLowerCase();
    if (!seen.has(key)) return (seen.add(key), []);
    return [{ pointer: `${pointer}/${i}`, message: `"${name}" is listed twice` }];
  });
}

function annotationErrors(annotations: Record<string, unknown>): FieldError[] {
  const entries = Object.entries(annotations);
  const errors = entries.flatMap(([key, value]) =>
    annotationProblem(key, value).map((message) => ({ pointer: annotationPointer(key), message })),
  );
  if (entries.length > MAX_ANNOTATIONS) {
    errors.unshift({
      pointer: '/annotations',
      message: `at most ${MAX_ANNOTATIONS} annotations, these are ${entries.length}`,
    });
  }
  return errors;
}

function annotationProblem(key: string, value: unknown): string[] {
  if (key.length < 1 || key.length > MAX_ANNOTATION_KEY || hasControlCharacters(key))
    return [`a key must have 1-${MAX_ANNOTATION_KEY} characters, none of them control characters`];
  if (typeof value !== 'string') return ['must be a string'];
  if (value.length > MAX_ANNOTATION_VALUE) return [`must have at most ${MAX_ANNOTATION_VALUE} characters`];
  return value.includes('\u0000') ? ['must not contain the character NUL'] : [];
}

function annotationPointer(key: string): string {
  return `/annotations/${key.slice(0, MAX_ANNOTATION_KEY).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
