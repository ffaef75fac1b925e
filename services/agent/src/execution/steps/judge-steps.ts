import { detect } from '../../detection/detect.js';
import { unmetRequirement } from '../../requirements/judge-requirements.js';
import { verdictOf } from '../decide-step.js';
import type { StepOutcome } from '../step-runner.js';
import type { Workbench } from '../workbench.js';

/** Judged before a byte is downloaded, and again just before the installation: much may have changed since. */
export async function requirementsStep(bench: Workbench): Promise<StepOutcome> {
  const unmet = await unmetRequirement(bench.variant.requirements ?? [], bench);
  if (!unmet) return { ok: true };
  return { ok: false, detail: unmet.detail, verdict: verdictOf('rejected', unmet.reason, unmet.detail) };
}

/** What is there already is not installed again, and what is not there is not taken away. */
export async function detectionBeforeStep(bench: Workbench): Promise<StepOutcome> {
  const { found, evidence } = await detect(bench);
  const uninstalling = bench.record.command.action === 'uninstall';
  if (found === uninstalling) return { ok: true, detail: evidence };
  const reason = uninstalling ? 'alreadyAbsent' : 'alreadyInstalled';
  return { ok: true, detail: evidence, verdict: verdictOf('succeeded', reason, '', { evidence }) };
}
