import { judgeAudit, judgeExceptions } from './judge-audit.ts';

const advisory = {
  name: 'left-pad',
  title: 'Pads to the right',
  url: 'https://github.com/advisories/GHSA-aaaa-bbbb-cccc',
  severity: 'high',
};
const report = { vulnerabilities: { 'left-pad': { via: [advisory] }, pads: { via: ['left-pad'] } } };
const exception = {
  advisory: 'GHSA-aaaa-bbbb-cccc',
  package: 'left-pad',
  reason: 'Only the build pads, and only our own text.',
  until: '2027-01-31',
};

describe('npm audit', () => {
  it('finds a hole once, with what to do', () => {
    const [problem, ...others] = judgeAudit(report, []);
    expect(problem).toMatch(/^left-pad: Pads to the right \(high, GHSA-aaaa-bbbb-cccc\).*audit-exceptions\.ts/);
    expect(others).toEqual([]);
  });

  it('accepts one that is written down, for that package only', () => {
    expect(judgeAudit(report, [exception])).toEqual([]);
    expect(judgeAudit(report, [{ ...exception, package: 'pads' }])).toHaveLength(2);
  });

  it('wants exceptions removed that nothing needs', () => {
    expect(judgeAudit({ vulnerabilities: {} }, [exception])).toEqual([expect.stringContaining('remove it')]);
  });

  it.each([
    ['in time', exception, []],
    ['over', { ...exception, until: '2026-01-01' }, [expect.stringContaining('ended on 2026-01-01')]],
    ['endless', { ...exception, until: 'never' }, [expect.stringContaining('YYYY-MM-DD')]],
    ['without a reason', { ...exception, reason: 'ok' }, [expect.stringContaining('reason')]],
  ])('judges an exception that is %s', (_what, given, expected) => {
    expect(judgeExceptions([given], '2026-11-25')).toEqual(expected);
  });
});
