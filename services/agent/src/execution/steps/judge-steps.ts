import type { ExecuteCommand } from '@waybill/contracts/agent';
import { detect } from '../../detection/detect.js';
import type { Finding } from '../../detection/finding.js';
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

/** What is there already is not installed again, and what is proved not to be there is not taken away. */
export async function detectionBeforeStep(bench: Workbench): Promise<StepOutcome> {
  return judgeBefore(await detect(bench), bench.record.command);
}

/** What is not certain is left to the installer or uninstaller; the proof follows at the end. */
export function judgeBefore({ presence, evidence }: Finding, { action }: Pick<ExecuteCommand, 'action'>): StepOutcome {
  const uninstalling = action === 'uninstall';
  if (presence !== (uninstalling ? 'absent' : 'present')) return { ok: true, detail: evidence };
  const reason = uninstalling ? 'alreadyAbsent' : 'alreadyInstalled';
  return { ok: true, detail: evidence, verdict: verdictOf('succeeded', reason, '', { evidence }) };
}
