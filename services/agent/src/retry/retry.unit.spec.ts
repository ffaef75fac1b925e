import { BackOff } from './back-off.js';
import { retryAfterMs } from './retry-after.js';
import { Gate } from './gate.js';

describe('back-off', () => {
  it('doubles up to its cap, with full jitter, and starts over after a success', () => {
    const high = new BackOff(100, 1_000, () => 0.999_999);
    expect([1, 2, 3, 4, 5, 6].map(() => high.next())).toEqual([99, 199, 399, 799, 999, 999]);
    high.reset();
    expect(high.next()).toBe(99);
    expect(new BackOff(100, 1_000, () => 0).next()).toBe(0);
  });
});

describe('what a server asks for', () => {
  const now = Date.parse('2026-09-01T00:00:00Z');
  it.each([
    ['120', 120_000],
    [' 5 ', 5_000],
    ['0', 0],
    ['Tue, 01 Sep 2026 00:00:30 GMT', 30_000],
    ['Mon, 31 Aug 2026 00:00:00 GMT', 0],
    ['999999999', 3_600_000],
    ['soon', undefined],
    ['-1', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('Retry-After: %s is %s ms', (header, ms) => expect(retryAfterMs(header, now)).toBe(ms));

  it('comes on top of the back-off, so that not all come back in the same moment', () => {
    const backOff = new BackOff(100, 1_000, () => 0.5);
    expect(backOff.next({ retryAfterMs: 5_000 })).toBe(5_050);
    expect(backOff.next(new Error('unasked'))).toBe(100);
    expect(backOff.next(null)).toBe(200);
  });
});

describe('a gate', () => {
  it('lets the highest priority in first, then the oldest', async () => {
    const gate = new Gate(1);
    const order: string[] = [];
    const first = await gate.enter(5, 0);
    const enter = async (name: string, priority: number, age: number) => {
      const leave = await gate.enter(priority, age);
      order.push(name);
      leave();
      leave();
    };
    const all = [enter('low', 1, 0), enter('young', 5, 9), enter('old', 5, 3), enter('urgent', 9, 99)];
    expect(gate.busy).toBe(true);
    first();
    await Promise.all(all);
    expect(order).toEqual(['urgent', 'old', 'young', 'low']);
    expect(gate.busy).toBe(false);
  });

  it('lets go of one who no longer waits', async () => {
    const gate = new Gate(1);
    const first = await gate.enter(1, 0);
    const stop = new AbortController();
    const gone = gate.enter(9, 0, stop.signal);
    const next = gate.enter(1, 0);
    stop.abort();
    await expect(gone).rejects.toMatchObject({ name: 'AbortError' });
    first();
    (await next)();
    expect(gate.busy).toBe(false);
  });
});
