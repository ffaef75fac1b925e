import 'reflect-metadata';
import type { Actor, Grant } from './actor.js';
import { allows } from './allows.js';
import { categoriesWithin, coversJob, groupsWithin, limitsFor } from './limits.js';
import { PERMISSIONS } from './permissions.js';

const actor = (...grants: Grant[]): Actor => ({
  kind: 'user',
  id: 'a',
  name: 'a',
  grants,
  requestId: null,
  address: null,
});
const job = (groups: string[], category: string | null = 'office', computers: string[] = []) => ({
  groups,
  category,
  computers,
});

describe('where a permission holds', () => {
  it('is nowhere without a grant that gives it', () => {
    const limits = limitsFor(actor({ role: 'viewer' }), 'jobs.create');
    expect([limits, groupsWithin(limits), categoriesWithin(limits)]).toEqual([[], [], []]);
    expect(coversJob(limits, job(['accounting']))).toBe(false);
  });

  it('is everywhere as soon as one grant has no limit', () => {
    const limits = limitsFor(actor({ role: 'viewer', groups: ['a'] }, { role: 'helpdesk' }), 'jobs.read');
    expect([groupsWithin(limits), categoriesWithin(limits)]).toEqual([null, null]);
  });

  it('adds up the groups of several grants, but a job must be within one of them', () => {
    const both: Grant[] = [
      { role: 'operator', groups: ['a'], categories: ['office'] },
      { role: 'operator', groups: ['b'], categories: ['games'] },
    ];
    const limits = limitsFor(actor(...both), 'jobs.create');
    expect(groupsWithin(limits)).toEqual(['a', 'b']);
    expect(coversJob(limits, job(['a'], 'office'))).toBe(true);
    expect(coversJob(limits, job(['b'], 'games'))).toBe(true);
    expect(coversJob(limits, job(['a'], 'games'))).toBe(false);
    expect(coversJob(limits, job(['a', 'b'], 'office'))).toBe(false);
  });

  it('does not reach single computers or packages without a category when it is limited', () => {
    const limits = limitsFor(actor({ role: 'operator', groups: ['a'] }), 'jobs.create');
    expect(coversJob(limits, job(['a'], null))).toBe(true);
    expect(coversJob(limits, job(['a'], null, ['c1']))).toBe(false);
    expect(coversJob(limitsFor(actor({ role: 'operator', categories: ['x'] }), 'jobs.create'), job(['a'], null))).toBe(
      false,
    );
  });

  it('holds for the whole installation only without a limit', () => {
    const limited = actor({ role: 'administrator', groups: ['a'] });
    expect(PERMISSIONS.filter((permission) => !allows(limited, permission))).toEqual([
      'accounts.read',
      'accounts.write',
      'audit.read',
      'webhooks.read',
      'webhooks.write',
    ]);
  });

  it('is everywhere for a service', () => {
    expect(limitsFor({ ...actor(), kind: 'service' }, 'jobs.read')).toEqual([{ groups: null, categories: null }]);
  });
});
