import fc from 'fast-check';
import { isRetried, lastAttemptOf, retryWaitMs } from './retry.js';

const failed = (reason: string, exitCode: number | null = null) => ({ status: 'failed' as const, reason, exitCode });

describe('the retry policy', () => {
  it.each([
    [['download.*'], failed('download.failed'), true],
    [['download.*'], failed('install.exitCode', 1), false],
    [['download.*'], failed('downloads'), false],
    [['install.exitCode'], failed('install.exitCode', 1603), true],
    [['install.exitCode:1618'], failed('install.exitCode', 1618), true],
    [['install.exitCode:1618'], failed('install.exitCode', 1603), false],
    [['install.exitCode:1618'], failed('install.timeout'), false],
    [['*'], failed('agent.error'), true],
    [['*'], { status: 'rejected' as const, reason: 'requirement.disk', exitCode: null }, true],
    [['*'], { status: 'canceled' as const, reason: 'job.canceled', exitCode: null }, false],
    [['*'], { status: 'expired' as const, reason: 'command.expired', exitCode: null }, false],
    [['*'], { status: 'succeeded' as const, reason: null, exitCode: 0 }, false],
    [[], failed('download.failed'), false],
  ])('%j retries %j: %s', (on, ended, expected) => {
    expect(isRetried({ on }, ended)).toBe(expected);
  });

  it('grows exponentially and starts anew with each order', () => {
    const policy = { attempts: 3, backoffMs: 300_000, multiplier: 2, jitter: 0 };
    const waits = [1, 2, 4, 5].map((attempt) => retryWaitMs(policy, attempt, () => 0.5));
    expect(waits).toEqual([300_000, 600_000, 300_000, 600_000]);
  });

  it('strays by the jitter at most, and waits seven days at most', () => {
    const policy = { attempts: 10, backoffMs: 3_600_000, multiplier: 10, jitter: 0.2 };
    expect(retryWaitMs(policy, 1, () => 0)).toBe(2_880_000);
    expect(retryWaitMs(policy, 1, () => 1)).toBe(4_320_000);
    expect(retryWaitMs({ ...policy, jitter: 0 }, 9, () => 0)).toBe(7 * 86_400_000);
  });

  it('numbers attempts through: each order has a block', () => {
    expect([1, 2, 3, 4, 6, 7].map((attempt) => lastAttemptOf(attempt, 3))).toEqual([3, 3, 3, 6, 6, 9]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 10 }), (attempt, attempts) => {
        const last = lastAttemptOf(attempt, attempts);
        return last >= attempt && last - attempt < attempts && last % attempts === 0;
      }),
    );
  });
});
