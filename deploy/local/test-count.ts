/** The part of jest's JSON result that is counted. */
export interface JestResults {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  /** Specs that could not run at all: they failed before their first test. */
  readonly numRuntimeErrorTestSuites: number;
}

export interface TestCount {
  passed: number;
  failed: number;
  skipped: number;
}

/** A spec that fails to run counts as one failure, and so does a jest that failed although every test passed. */
export function countResults(results: JestResults, exitCode: number): TestCount {
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  return {
    passed: results.numPassedTests,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: results.numPendingTests,
  };
}

/** The one line that a run ends with. */
export function closingLine({ passed, failed, skipped }: TestCount): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
