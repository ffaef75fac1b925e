import type { Workbench } from '../execution/workbench.js';
import { durationMs } from '../time/clock.js';
import type { Finding } from './detect.js';

const DEFAULT_TIMEOUT = 'PT30S';

/** The packager's script says it: exit code 0 means that the software is there. */
export async function detectScript(rule: { file: string; timeout?: string }, bench: Workbench): Promise<Finding> {
  const result = await bench.runScript(rule.file, [], durationMs(rule.timeout ?? DEFAULT_TIMEOUT));
  const how = { exited: 'ended with exit code', timedOut: 'did not end in time', broken: 'could not be run:' }[
    result.kind
  ];
  const what = result.kind === 'exited' ? ` ${result.exitCode}` : result.kind === 'broken' ? ` ${result.why}` : '';
  return { found: result.kind === 'exited' && result.exitCode === 0, evidence: `script ${rule.file} ${how}${what}` };
}
