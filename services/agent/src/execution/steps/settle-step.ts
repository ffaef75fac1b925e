import { installerOf, uninstallerOf } from '../../installers/installers.js';
import type { StepOutcome } from '../step-runner.js';
import type { Workbench } from '../workbench.js';

/** After the verdict: what was kept for a return goes, or comes back. Runs again when it was cut off. */
export async function settleStep(bench: Workbench): Promise<StepOutcome> {
  const { command, verdict } = bench.record;
  const type = command.action === 'uninstall' ? uninstallerOf(bench.variant) : installerOf(bench.variant);
  const detail = await type.settle?.(bench, verdict?.status === 'succeeded');
  return { ok: true, detail };
}
