import { aRunningJob, NOW } from '../jobs/a-job.fixture.spec.js';
import { confirmation, confirmationErrors, grownTooLarge } from './confirmation.js';
import { decideResolved } from './decide-resolved.js';

const of = (total: number, confirmTargets?: number) => confirmation({ total, fleet: 1000, confirmTargets, share: 0.5 });

describe('a filter', () => {
  it.each([
    ['that means less than the share', of(500), null],
    ['that means more', of(501), 501],
    ['that means everybody', of(1000), 1000],
    ['that means everybody, which was said', of(1000, 1000), null],
    ['that means a tenth more than was said', of(990, 900), null],
    ['that means much more than was said', of(991, 900), 991],
    ['of a small fleet', confirmation({ total: 10, fleet: 10, confirmTargets: undefined, share: 0.5 }), null],
    ['of a fleet of eleven', confirmation({ total: 11, fleet: 11, confirmTargets: undefined, share: 0.5 }), 11],
    [
      'where nothing has to be confirmed',
      confirmation({ total: 9, fleet: 9, confirmTargets: undefined, share: 1 }),
      null,
    ],
  ])('%s', (_, found, needed) => {
    expect(found.needed).toBe(needed);
    expect(confirmationErrors(found, true).map(({ pointer }) => pointer)).toEqual(
      needed === null ? [] : ['/confirmTargets'],
    );
  });

  it('that means nobody is a mistake, unless the job starts later', () => {
    expect(confirmationErrors(of(0), true)).toMatchObject([{ pointer: '/targets/filter' }]);
    expect(confirmationErrors(of(0), false)).toEqual([]);
  });

  it('that means too many when the job starts sends nothing', () => {
    expect(grownTooLarge(551, 550)).toContain('551 computers by now, and 550 at most were confirmed');
    expect([grownTooLarge(550, 550), grownTooLarge(9, null)]).toEqual([null, null]);
    const job = aRunningJob({ phase: 'resolving', resolution: 'r', filter: 'os==linux', mostTargets: 10 });
    const found = { resolution: 'r', total: 11, resolvedAt: NOW, unknownGroupIds: [], guarded: [], withdrawn: false };
    const { job: closed, effects } = decideResolved(job, found, NOW);
    expect(closed).toMatchObject({ status: 'canceled', statusReason: expect.stringContaining('"confirmTargets": 11') });
    expect(effects.map(({ kind }) => kind)).not.toContain('assignTargets');
    expect(decideResolved(job, { ...found, total: 10 }, NOW).job.phase).toBe('assigning');
  });
});
