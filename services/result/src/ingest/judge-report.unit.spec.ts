import { judgeReport } from './judge-report.js';
import { JUDGE_CASES } from './judge-report.cases.spec.js';

describe('judgeReport', () => {
  it.each(JUDGE_CASES)('$title → $verdict', ({ current, past, report, verdict }) => {
    expect(judgeReport(current, past, report)).toBe(verdict);
  });
});
