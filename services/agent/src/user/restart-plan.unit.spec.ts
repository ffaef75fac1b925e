import type { UserPolicy } from '@waybill/contracts/agent';
import { NOTICE_MS } from './offer.js';
import { agedPlan, planRestart, restartInMs, said, sayInMs } from './restart-plan.js';
import { restartLine } from './restarter.js';

const NOW = Date.UTC(2026, 8, 1, 9);
const HOUR = 3_600_000;
const policy = (part: Partial<UserPolicy>): UserPolicy => ({ notify: true, deferrals: 0, restart: 'never', ...part });

describe('the restart that an installer asks for', () => {
  it('is only reported where the job does not say more', () => {
    expect([planRestart(undefined, NOW), planRestart(policy({}), NOW)]).toEqual([null, null]);
  });

  it('comes after a notice when it is forced, with one word to the users', () => {
    const plan = planRestart(policy({ restart: 'force', deadlineMs: 9 * HOUR }), NOW)!;
    expect([restartInMs(plan, NOW), restartInMs(plan, NOW + NOTICE_MS)]).toEqual([NOTICE_MS, 0]);
    expect(sayInMs(plan, NOW)).toBe(0);
    expect(sayInMs(said(plan, NOW), NOW)).toBe(Infinity);
  });

  it('waits for somebody who agrees, where there is no deadline', () => {
    const plan = planRestart(policy({ restart: 'ask' }), NOW)!;
    expect(restartInMs(plan, NOW + 1000 * HOUR)).toBe(Infinity);
    expect(sayInMs(said(plan, NOW), NOW)).toBe(Infinity);
    expect(restartInMs({ ...plan, agreed: true }, NOW)).toBe(0);
  });

  it('comes at the deadline at the latest, with a warning before', () => {
    const plan = said(planRestart(policy({ restart: 'ask', deadlineMs: HOUR }), NOW)!, NOW);
    expect([restartInMs(plan, NOW), restartInMs(plan, NOW + HOUR)]).toEqual([HOUR, 0]);
    expect(sayInMs(plan, NOW)).toBe(HOUR - NOTICE_MS);
    expect(sayInMs(said(plan, NOW + HOUR - NOTICE_MS), NOW + HOUR - NOTICE_MS)).toBe(Infinity);
    // the clock is set back by a year
    expect(restartInMs(agedPlan(plan, HOUR - 1), NOW - 8760 * HOUR)).toBe(1);
    expect(restartInMs(agedPlan(plan, HOUR), NOW - 8760 * HOUR)).toBe(0);
  });

  it('is an order to the system, by an absolute path', () => {
    const words = 'Waybill restarts this computer to complete an installation.';
    expect(restartLine('linux', '/opt/fake')).toEqual({ file: '/opt/fake', args: ['-r', '+1', words] });
    expect(restartLine('linux').file).toMatch(/^\/(usr\/)?sbin\/shutdown$/);
    expect(restartLine('win32', 'x').args).toEqual(['/r', '/t', '60', '/c', words]);
    expect(restartLine('win32').file).toMatch(/System32.shutdown\.exe$/);
  });
});
