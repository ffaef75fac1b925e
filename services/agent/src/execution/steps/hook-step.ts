import { durationMs } from '@waybill/contracts/agent';
import { STEPS } from '../attempt.js';
import { verdictOf } from '../decide-step.js';
import type { StepOutcome } from '../step-runner.js';
import type { Workbench } from '../workbench.js';
import { DEFAULT_TIMEOUT } from './installer-timeout.js';

const HOOKS = { [STEPS.hookBefore]: 'before', [STEPS.hookAfter]: 'after', [STEPS.hookOnError]: 'onError' } as const;

/** A script of the packager around the installer. One that fails fails the execution, except `onError`, whose verdict is made already. */
export async function hookStep(step: keyof typeof HOOKS, bench: Workbench): Promise<StepOutcome> {
  const hook = HOOKS[step];
  const file = bench.variant.hooks?.[hook];
  if (!file) return { ok: true };
  const result = await bench.runScript(file, [], durationMs(bench.variant.timeout ?? DEFAULT_TIMEOUT));
  if (result.kind === 'exited' && result.exitCode === 0) return { ok: true };
  const name = `The hook "${hook}" (${file})`;
  if (result.kind === 'exited') {
    const detail = `${name} ended with exit code ${result.exitCode}.`;
    return {
      ok: false,
      exitCode: result.exitCode,
      detail,
      verdict: verdictOf('failed', 'install.exitCode', detail, { exitCode: result.exitCode }),
    };
  }
  if (result.kind === 'timedOut')
    return {
      ok: false,
      detail: `${name} did not end in time.`,
      verdict: verdictOf('failed', 'install.timeout', `${name} did not end in time.`),
    };
  return {
    ok: false,
    detail: `${name}: ${result.why}.`,
    verdict: verdictOf('failed', 'install.failed', `${name}: ${result.why}.`),
  };
}
