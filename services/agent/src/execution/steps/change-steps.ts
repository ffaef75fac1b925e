import { durationMs, type Variant } from '@waybill/contracts/agent';
import { detect } from '../../detection/detect.js';
import type { Finding } from '../../detection/finding.js';
import { installerOf, uninstallerOf } from '../../installers/installers.js';
import type { InstallResult } from '../../installers/installer.js';
import type { AttemptRecord, Verdict } from '../../journal/journal.records.js';
import { isCutOff, STEPS } from '../attempt.js';
import { verdictOf } from '../decide-step.js';
import type { StepOutcome } from '../step-runner.js';
import type { Workbench } from '../workbench.js';
import { DEFAULT_TIMEOUT } from './installer-timeout.js';

/** Runs the installer or uninstaller, once. */
export async function installStep(
  bench: Workbench,
  step: typeof STEPS.install | typeof STEPS.uninstall,
  bootId: string,
): Promise<StepOutcome> {
  const timeoutMs = durationMs(bench.variant.timeout ?? DEFAULT_TIMEOUT);
  await bench.prepare();
  const result =
    step === STEPS.install
      ? await installerOf(bench.variant).install(bench, timeoutMs)
      : await uninstallerOf(bench.variant).uninstall(bench, timeoutMs);
  return judgeResult(result, bench.variant.exitCodes, bootId);
}

/** What an exit code means, by the manifest; without one, 0 is success. */
export function judgeResult(result: InstallResult, codes: Variant['exitCodes'], bootId: string): StepOutcome {
  switch (result.kind) {
    case 'refused':
      return failed('install.archive', `${result.why}.`);
    case 'broken':
      return failed('install.failed', `${result.why}.`);
    case 'timedOut':
      // The time-out is the installer's failure, not the job's: `timedOut` is what the server calls a computer that says nothing.
      return failed('install.timeout', '');
    case 'exited': {
      const { exitCode } = result;
      const detail = `exit code ${exitCode}`;
      if (codes?.restart?.includes(exitCode))
        return { ok: true, exitCode, detail: `${detail}: the computer has to restart`, bootId };
      if ((codes?.success ?? [0]).includes(exitCode)) return { ok: true, exitCode, detail };
      const again = codes?.retry?.includes(exitCode) ? ' It asks to be tried again later.' : '';
      return {
        ok: false,
        exitCode,
        detail,
        verdict: verdictOf('failed', 'install.exitCode', `It was ${exitCode}.${again}`, { exitCode }),
      };
    }
  }
}

function failed(reason: 'install.archive' | 'install.failed' | 'install.timeout', detail: string): StepOutcome {
  return { ok: false, detail: detail || 'it did not end in time', verdict: verdictOf('failed', reason, detail) };
}

/** Proof of the new state. Only this makes a success. */
export async function detectionStep(bench: Workbench): Promise<StepOutcome> {
  const finding = await detect(bench);
  return { ok: true, detail: finding.evidence, verdict: judgeFinding(finding, bench.record) };
}

/** The verdict that a finding leads to, for what the attempt wanted and how far it got. */
export function judgeFinding(
  { presence, evidence }: Finding,
  record: Pick<AttemptRecord, 'command' | 'steps'>,
): Verdict {
  const { action } = record.command;
  const exitCode = exitCodeOf(record);
  const cutOff = record.steps.some(isCutOff);
  // Detection says what an installer did; of a hook nobody can tell how far it came.
  const hookCutOff = record.steps.some((step) => step.name === STEPS.hookAfter && isCutOff(step));
  if (!hookCutOff && presence === (action === 'uninstall' ? 'absent' : 'present')) {
    const message = cutOff
      ? 'The agent or the computer restarted in the middle of this; the software was checked afterwards and is as it should be.'
      : null;
    return { status: 'succeeded', reason: null, message, exitCode, evidence };
  }
  if (cutOff) return verdictOf('failed', 'agent.restarted', `${evidence}.`, { evidence });
  const reason = action === 'uninstall' ? 'verify.stillDetected' : 'verify.notDetected';
  const verdict = verdictOf('failed', reason, `${evidence}.`, { exitCode, evidence });
  if (action === 'verify') return { ...verdict, message: `The software was not found: ${evidence}.` };
  if (action === 'uninstall' && presence === 'unknown')
    return { ...verdict, message: `It is not proved that the software is gone: ${evidence}.` };
  return verdict;
}

function exitCodeOf({ steps }: Pick<AttemptRecord, 'steps'>): number | null {
  return steps.find(({ name }) => name === STEPS.install || name === STEPS.uninstall)?.exitCode ?? null;
}
