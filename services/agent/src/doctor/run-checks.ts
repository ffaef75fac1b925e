import { type Check, type CheckResult, failed } from './check.js';

/** Milliseconds for one check. */
export const CHECK_MS = 12_000;

export interface NamedResult extends CheckResult {
  check: string;
}

/** Runs all checks side by side. None takes longer than its time, and one that breaks is a failed one: the others go on. */
export function runChecks(checks: readonly Check[], timeMs = CHECK_MS): Promise<NamedResult[]> {
  return Promise.all(checks.map(async (check) => ({ check: check.name, ...(await bounded(check, timeMs)) })));
}

async function bounded(check: Check, timeMs: number): Promise<CheckResult> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<CheckResult>((resolve) => {
    const result = failed(
      `No answer within ${timeMs / 1000} s.`,
      'See whether a firewall drops packets without a word.',
    );
    timer = setTimeout(() => resolve(result), timeMs);
  });
  try {
    return await Promise.race([(async () => check.run())(), late]);
  } catch (error) {
    return failed(`The check itself failed: ${(error as Error).message}.`, 'Tell the makers of Waybill.');
  } finally {
    clearTimeout(timer);
  }
}
