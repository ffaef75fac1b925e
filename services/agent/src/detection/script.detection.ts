import { durationMs } from '@waybill/contracts/agent';
import type { Workbench } from '../execution/workbench.js';
import type { ProcessResult } from '../process/run-process.js';
import type { Finding, Presence } from './finding.js';

const DEFAULT_TIMEOUT = 'PT30S';
/** Exit codes by which shells and `env` say that a program could not be run: the script did not judge anything. */
const NOT_RUN: readonly number[] = [126, 127];

/** The packager's script says it: exit code 0 means that the software is there, another that it is not. */
export async function detectScript(rule: { file: string; timeout?: string }, bench: Workbench): Promise<Finding> {
  const result = await bench.runScript(rule.file, [], durationMs(rule.timeout ?? DEFAULT_TIMEOUT));
  const how = { exited: 'ended with exit code', timedOut: 'did not end in time', broken: 'could not be run:' }[
    result.kind
  ];
  const what = result.kind === 'exited' ? ` ${result.exitCode}` : result.kind === 'broken' ? ` ${result.why}` : '';
  return { presence: presenceBy(result), evidence: `script ${rule.file} ${how}${what}` };
}

function presenceBy(result: ProcessResult): Presence {
  if (result.kind !== 'exited' || NOT_RUN.includes(result.exitCode)) return 'unknown';
  return result.exitCode === 0 ? 'present' : 'absent';
}
