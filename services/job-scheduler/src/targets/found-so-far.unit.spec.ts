import { waveOf } from '@waybill/contracts';
import { aJob, NOW } from '../jobs/a-job.fixture.spec.js';
import { decideResolved } from './decide-resolved.js';
import { isToldEarly, lostExclusion, withPage } from './found-so-far.js';

const NO_POLICY = { above: 0, groups: [] };
const WAVES = { waves: [{ percent: 10 }, { percent: 100 }] };
const target = (n: number) => ({
  computerId: `018f0000-0000-7000-8000-0000000000${String(n).padStart(2, '0')}`,
  name: `pc-${n}`,
  online: true,
  lastSeenAt: null,
  covered: true,
  platform: null,
  site: null,
  groups: [0],
});
const page = (ns: number[], last = false, more: object = {}) => ({
  resolvedAt: NOW.toISOString(),
  targets: ns.map(target),
  after: last ? null : target(ns.at(-1)!).computerId,
  unknownGroupIds: [],
  reachedGuarded: [],
  ...more,
});

describe('what was found so far', () => {
  it('adds up over the pages', () => {
    const job = aJob({ rollout: WAVES });
    const first = withPage(job, null, page([1, 2, 3], false, { unknownGroupIds: ['a'], reachedGuarded: ['z'] }), false);
    const second = withPage(
      job,
      first,
      page([4, 5], true, { unknownGroupIds: ['a', 'b'], reachedGuarded: ['y'] }),
      false,
    );
    const inFirst = [1, 2, 3, 4, 5].filter((n) => waveOf(job.id, target(n).computerId, [10, 100]) === 1).length;
    expect(second).toEqual({
      resolvedAt: NOW.toISOString(),
      after: null,
      total: 5,
      waveTotals: [inFirst, 5 - inFirst],
      unknownGroupIds: ['a', 'b'],
      guarded: ['y', 'z'],
      chunks: 0,
    });
    expect(first).toMatchObject({ after: target(3).computerId, total: 3 });
    expect(first.waveTotals!.reduce((sum, n) => sum + n)).toBe(3);
  });

  it('ends where an excluded group is gone: nobody of that page counts, and none is asked for after it', () => {
    const job = aJob({ groupIds: ['g'], excludeGroups: ['kiosks'], excludeGroupIds: ['k'] });
    expect(lostExclusion(job, null, page([1], false, { unknownGroupIds: ['g'] }))).toBeNull();
    const gone = page([2], false, { unknownGroupIds: ['k'] });
    expect(lostExclusion(job, null, gone)).toMatchObject({ after: null, total: 0, chunks: 0, unknownGroupIds: ['k'] });
    const first = withPage(job, null, page([1]), true);
    const ended = { ...first, after: null, unknownGroupIds: ['k'] };
    expect(lostExclusion(job, first, gone)).toEqual(ended);
    // and by what is known then, the job is closed with those that were told before
    const before = aJob({ ...job, status: 'running', phase: 'resolving', resolution: 'r', found: first });
    const found = { ...ended, waveTotals: undefined, resolvedAt: NOW, resolution: 'r', withdrawn: false };
    const { job: closed, effects } = decideResolved(before, found, NOW);
    expect(closed).toMatchObject({ status: 'canceled', total: 1, statusReason: expect.stringContaining('"kiosks"') });
    expect(effects).toContainEqual({ kind: 'assignTargets' });
  });

  it('is told at once when there is more than a page, and then to the end', () => {
    const job = aJob();
    expect(withPage(job, null, page([1], true), true).chunks).toBe(0);
    const first = withPage(job, null, page([1]), true);
    expect(first).toMatchObject({ chunks: 1, waveTotals: null });
    // whoever takes over may have been told of a policy that the first did not know
    expect(withPage(job, first, page([2], true), false).chunks).toBe(2);
    const silent = withPage(job, null, page([1]), false);
    expect(withPage(job, silent, page([2]), true).chunks).toBe(0);
  });

  it.each([
    ['an ordinary job', aJob(), NO_POLICY, true],
    ['one in waves', aJob({ rollout: WAVES }), NO_POLICY, true],
    ['one whose waves depend on all', aJob({ rollout: { ...WAVES, stratifyBy: 'site' } }), NO_POLICY, false],
    ['one for so many at most', aJob({ mostTargets: 10 }), NO_POLICY, false],
    ['one that may need a second person for its size', aJob(), { above: 10, groups: [] }, false],
    ['one that may reach a guarded group', aJob(), { above: 0, groups: ['board'] }, false],
  ] as const)('of %s', (_, job, policy, early) => {
    expect(isToldEarly(job, policy)).toBe(early);
  });
});
