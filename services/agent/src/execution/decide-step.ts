import { type ExecutionStatus, REASONS, type Variant } from '@waybill/contracts/agent';
import type { AttemptRecord, Verdict } from '../journal/journal.records.js';
import { hasBegun, isCutOff, isWait, type StepName, STEPS, stepOf } from './attempt.js';
import type { CommandMoments, Moment } from '../time/command-moments.js';
import { planSteps } from './plan-steps.js';

/** `installer`: one at a time on this computer. `prepare`: checks and downloads, two at a time. */
export type Slot = 'prepare' | 'installer' | 'none';

export type Decision =
  | { do: 'nothing' }
  | { do: 'run'; step: StepName; status: ExecutionStatus; slot: Slot }
  /** wait for the computer to restart */
  | { do: 'park' }
  | { do: 'finish'; verdict: Verdict };

export interface DecisionFacts {
  /** null when no variant of the manifest is for this platform */
  variant: Variant | null;
  /** corrected clock, milliseconds */
  now: number;
  /** changes with every start of the computer */
  bootId: string;
  /** what the command's times mean on this computer */
  moments: CommandMoments;
  /** no window in which this computer may be changed for the command is open */
  closed: boolean;
  /** its users were not asked yet, or may still put it off */
  userWaits: boolean;
  /** nothing may be fetched yet */
  fetchWaits: boolean;
}

/** What happens next in an attempt. Pure, and a function of the journal only: a restarted agent decides the same. */
export function decideStep(record: AttemptRecord, facts: DecisionFacts): Decision {
  if (record.finishedAt) return { do: 'nothing' };
  const begun = hasBegun(record.steps);
  if (record.verdict) return begun ? wrapUp(record, facts) : { do: 'finish', verdict: record.verdict };
  if (!begun) {
    const stopped = stopBeforeBegin(record, facts);
    if (stopped) return { do: 'finish', verdict: stopped };
  }
  const step = record.steps.some(isCutOff)
    ? STEPS.detection
    : stepsOf(record, facts.variant!, facts).find((name) => !stepOf(record, name)?.finishedAt);
  if (!step)
    return { do: 'finish', verdict: verdictOf('failed', 'agent.error', 'Every step ended without a verdict.') };
  if (!begun && facts.closed && ACTS.includes(step)) return run(STEPS.window, record);
  // after the window, which is looked at again when the users have waited
  if (!begun && facts.userWaits && ACTS.includes(step)) return run(STEPS.user, record);
  if (!begun && facts.fetchWaits && FETCHES.includes(step)) return run(STEPS.bandwidth, record);
  if (step === STEPS.detection && record.bootId === facts.bootId) return { do: 'park' };
  return run(step, record);
}

/** A further attempt waits first; then it does what the first one did, since much may have changed. */
function stepsOf({ command, notBefore, steps }: AttemptRecord, variant: Variant, facts: DecisionFacts): StepName[] {
  const { startsAt, installsAt } = facts.moments;
  const hasCome = (moment: Moment | null) => moment !== null && moment.at <= facts.now;
  // what was begun goes on, also when the clock or the zone says afterwards that it was too early
  const come: Partial<Record<StepName, boolean>> = {
    [STEPS.start]: hasCome(startsAt) || steps.some(({ name }) => name !== STEPS.backOff),
    [STEPS.schedule]: hasCome(installsAt) || hasBegun(steps),
  };
  const waited = (name: StepName) => come[name] && !stepOf({ steps }, name);
  return [
    ...(notBefore === null ? [] : [STEPS.backOff]),
    ...planSteps(command, variant).filter((name) => !waited(name)),
  ];
}

/** A verdict with the reason's sentence and facts added to it. */
export function verdictOf(
  status: Verdict['status'],
  reason: keyof typeof REASONS,
  detail = '',
  more: Partial<Verdict> = {},
): Verdict {
  const message = detail ? `${REASONS[reason]} ${detail}` : REASONS[reason];
  return { status, reason, message, exitCode: null, evidence: null, ...more };
}

function stopBeforeBegin({ command, cancel }: AttemptRecord, { variant, now, moments }: DecisionFacts): Verdict | null {
  if (cancel)
    return verdictOf(
      cancel.status,
      cancel.code ?? (cancel.status === 'expired' ? 'job.expired' : 'job.canceled'),
      cancel.code ? '' : cancel.reason,
    );
  if (moments.expiresAt.at <= now)
    return verdictOf('expired', 'command.expired', `It was valid until ${moments.expiresAt.words}.`);
  if (!variant) return verdictOf('rejected', 'variant.none');
  if (command.action === 'uninstall' && variant.installer.type === 'script' && !variant.uninstall) {
    return verdictOf('rejected', 'action.unsupported', 'The package does not say how it is uninstalled.');
  }
  return null;
}

/** Between verdict and end: the packager's error hook, then keeping the new files or putting the old ones back. */
function wrapUp(record: AttemptRecord, { variant }: DecisionFacts): Decision {
  const failed = record.verdict!.status !== 'succeeded';
  if (failed && variant?.hooks?.onError && !stepOf(record, STEPS.hookOnError)) return run(STEPS.hookOnError, record);
  if (variant && keepsOldTree(variant) && !stepOf(record, STEPS.settle)?.finishedAt) return run(STEPS.settle, record);
  return { do: 'finish', verdict: record.verdict! };
}

/** Installers that keep what was there before until the new state is proved. */
function keepsOldTree({ installer, uninstall }: Variant): boolean {
  return [installer.type, uninstall?.type].some((type) => type === 'archive' || type === 'files');
}

const STATUS_OF: Record<StepName, ExecutionStatus> = {
  [STEPS.backOff]: 'waiting',
  [STEPS.start]: 'waiting',
  [STEPS.scripts]: 'accepted',
  [STEPS.requirements]: 'accepted',
  [STEPS.detectionBefore]: 'accepted',
  [STEPS.space]: 'accepted',
  [STEPS.download]: 'downloading',
  [STEPS.schedule]: 'waiting',
  [STEPS.window]: 'waiting',
  [STEPS.user]: 'waiting',
  [STEPS.bandwidth]: 'waiting',
  [STEPS.requirementsAgain]: 'waiting',
  [STEPS.hookBefore]: 'installing',
  [STEPS.install]: 'installing',
  [STEPS.uninstall]: 'installing',
  [STEPS.hookAfter]: 'installing',
  [STEPS.detection]: 'verifying',
  [STEPS.hookOnError]: 'verifying',
  [STEPS.settle]: 'verifying',
};

const PREPARING: readonly StepName[] = [
  STEPS.scripts,
  STEPS.requirements,
  STEPS.detectionBefore,
  STEPS.space,
  STEPS.download,
];

const FETCHES: readonly StepName[] = [STEPS.scripts, STEPS.download];

/** What is done inside a window; it has to begin there, and may take longer. */
const ACTS: readonly StepName[] = [STEPS.requirementsAgain, STEPS.hookBefore, STEPS.install, STEPS.uninstall];

function run(step: StepName, { status }: AttemptRecord): Decision {
  const slot = PREPARING.includes(step) ? 'prepare' : isWait(step) ? 'none' : 'installer';
  return { do: 'run', step, status: laterOf(status, STATUS_OF[step]), slot };
}

const ORDER: readonly ExecutionStatus[] = [
  'queued',
  'accepted',
  'waiting',
  'downloading',
  'installing',
  'rebootPending',
  'verifying',
];

/**
 * A step that belongs to an earlier status does not take an attempt back: after `downloading` comes no `accepted`. Whoever has waited, because the job was held or
 * for a further attempt, begins with it.
 */
function laterOf(current: ExecutionStatus, next: ExecutionStatus): ExecutionStatus {
  if (current === 'waiting' || next === 'waiting') return next;
  return ORDER.indexOf(next) < ORDER.indexOf(current) ? current : next;
}
