import { closingLine, countResults } from './test-count.ts';

const results = { numPassedTests: 7, numFailedTests: 0, numPendingTests: 0, numRuntimeErrorTestSuites: 0 };

describe('the count of a test run', () => {
  it('says what passed', () => {
    expect(closingLine(countResults(results, 0))).toBe('7 passed, 0 failed');
  });

  it('counts a spec that could not run as a failure', () => {
    expect(closingLine(countResults({ ...results, numRuntimeErrorTestSuites: 2 }, 1))).toBe('7 passed, 2 failed');
  });

  it('does not pass when jest failed for a reason of its own', () => {
    expect(countResults(results, 1).failed).toBe(1);
  });

  it('names skipped tests, and only then', () => {
    expect(closingLine({ passed: 1, failed: 0, skipped: 3 })).toBe('1 passed, 0 failed, 3 skipped');
  });
});
