/** `skipped`: it cannot be judged, mostly because of what another check says. */
export type Verdict = 'ok' | 'failed' | 'skipped';

export interface CheckResult {
  verdict: Verdict;
  /** sentence: what was found */
  found: string;
  /** sentence: what a person should do; null when there is nothing to do */
  advice: string | null;
}

export interface Check {
  /** one word or two, stable: programs read it */
  name: string;
  run(): Promise<CheckResult> | CheckResult;
}

export const ok = (found: string): CheckResult => ({ verdict: 'ok', found, advice: null });
export const failed = (found: string, advice: string): CheckResult => ({ verdict: 'failed', found, advice });
export const skipped = (found: string): CheckResult => ({ verdict: 'skipped', found, advice: null });
