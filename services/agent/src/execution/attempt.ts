import type { Variant } from '@waybill/contracts/agent';
import type { ProvenExecute } from '../commands/proven-command.js';
import type { AttemptRecord, StepRecord } from '../journal/journal.records.js';

/** Steps of an attempt, by the names under which they are journaled and reported. */
export const STEPS = {
  /** wait before a further attempt */
  backOff: 'backOff',
  /** wait until the job starts by this computer's own clock */
  start: 'start',
  /** fetch the scripts that requirements and detection need */
  scripts: 'scripts',
  requirements: 'requirements',
  detectionBefore: 'detection.before',
  space: 'space',
  download: 'download',
  schedule: 'schedule',
  /** wait until the computer may be changed */
  window: 'window',
  /** wait until the users of the computer let it begin */
  user: 'user',
  /** wait until files may be fetched */
  bandwidth: 'bandwidth',
  requirementsAgain: 'requirements.again',
  hookBefore: 'hook.before',
  install: 'install',
  uninstall: 'uninstall',
  hookAfter: 'hook.after',
  detection: 'detection',
  hookOnError: 'hook.onError',
  /** keep the new state and drop the old one, or put the old one back */
  settle: 'settle',
} as const;

export type StepName = (typeof STEPS)[keyof typeof STEPS];

const WAITS = [STEPS.backOff, STEPS.start, STEPS.bandwidth, STEPS.schedule, STEPS.window, STEPS.user] as const;
/** A step that only waits. */
export type WaitName = (typeof WAITS)[number];
/** A step that does something. */
export type WorkName = Exclude<StepName, WaitName>;

export function isWait(step: StepName): step is WaitName {
  return (WAITS as readonly StepName[]).includes(step);
}

/** Steps that change the computer. Cut off, they are never run again in the same attempt: detection says what they did. */
const UNREPEATABLE: readonly string[] = [
  STEPS.hookBefore,
  STEPS.install,
  STEPS.uninstall,
  STEPS.hookAfter,
  STEPS.hookOnError,
];

/** True once the attempt has started to change the computer: a cancel no longer stops it. */
export function hasBegun(steps: readonly StepRecord[]): boolean {
  return steps.some(({ name }) => UNREPEATABLE.includes(name));
}

/** True for a step that a restart cut off and that must not be repeated. */
export function isCutOff(step: StepRecord): boolean {
  return UNREPEATABLE.includes(step.name) && step.finishedAt !== null && step.ok === null;
}

export function isUnrepeatable(step: Pick<StepRecord, 'name'>): boolean {
  return UNREPEATABLE.includes(step.name);
}

export function stepOf(record: Pick<AttemptRecord, 'steps'>, name: StepName): StepRecord | undefined {
  return record.steps.find((step) => step.name === name);
}

/** @param notBefore RFC 3339; when it begins, null for at once */
export function newAttempt(command: ProvenExecute, acceptedAt: string, notBefore: string | null = null): AttemptRecord {
  const { jobId, run, attempt } = command;
  return {
    jobId,
    run,
    attempt,
    command,
    acceptedAt,
    status: 'accepted',
    steps: [],
    verdict: null,
    cancel: null,
    reportSeq: 0,
    finishedAt: null,
    bootId: null,
    lastReport: null,
    notBefore,
    offer: null,
    restart: null,
  };
}

/** Files that requirement and detection scripts need before anything else is downloaded. */
export function probeFiles(variant: Variant): string[] {
  const rules = [...(variant.requirements ?? []), ...(variant.detection ?? [])];
  return rules.flatMap((rule) => ('script' in rule ? [rule.script.file] : []));
}
