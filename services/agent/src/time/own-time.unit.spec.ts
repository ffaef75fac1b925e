import { OwnTime } from './own-time.js';

const HOUR = 3_600_000;
const NINE = '2026-09-01T09:00:00';
const COMMAND = { installAt: 'local' as const, local: { startAt: NINE }, expiresAt: '2026-10-01T00:00:00Z' };

/** A computer whose sleeps pass at once. `during` happens in each, before it has passed. */
function computer(zone: string, now: string, during: (sleeps: number) => void = () => {}) {
  const state = { zone, now: Date.parse(now), sleeps: [] as number[] };
  const clock = {
    now: () => state.now,
    sleep: (milliseconds: number, signal?: AbortSignal) => {
      state.sleeps.push(milliseconds);
      during(state.sleeps.length);
      state.now += milliseconds;
      return signal?.aborted ? Promise.reject(signal.reason as Error) : Promise.resolve();
    },
  };
  return { state, time: new OwnTime(clock, () => state.zone) };
}
const { signal } = new AbortController();

describe('waiting for a moment by its own clock', () => {
  it('ends at that moment, and looks at the zone every five minutes', async () => {
    const { state, time } = computer('Asia/Tokyo', '2026-08-31T22:00:00Z');
    expect(await time.until('startsAt', COMMAND, signal)).toBe(true);
    expect(new Date(state.now).toISOString()).toBe('2026-09-01T00:00:00.000Z');
    expect(Math.max(...state.sleeps)).toBe(300_000);
  });

  it('does not wait for what has passed or was not ordered', async () => {
    const { state, time } = computer('Asia/Tokyo', '2026-09-01T00:00:00Z');
    expect(await time.until('startsAt', COMMAND, signal)).toBe(true);
    expect(await time.until('installsAt', COMMAND, signal)).toBe(true);
    expect(state.sleeps).toEqual([]);
  });

  it.each([
    ['further away', 'Europe/Berlin'],
    ['here already', 'Pacific/Kiritimati'],
  ])('begins anew when the zone changes and the moment is %s', async (_where, zone) => {
    const { state, time } = computer('Asia/Tokyo', '2026-08-31T22:00:00Z', (sleeps) => {
      if (sleeps === 3) state.zone = zone;
    });
    expect(await time.until('startsAt', COMMAND, signal)).toBe(false);
    expect(state.sleeps).toHaveLength(3);
    expect(await time.until('startsAt', COMMAND, signal)).toBe(true);
    const due = zone === 'Europe/Berlin' ? Date.parse('2026-09-01T07:00:00Z') : Date.parse('2026-08-31T22:15:00Z');
    expect(state.now).toBe(due);
  });

  it.each([
    ['forwards', 5 * HOUR, 1],
    ['backwards', -5 * HOUR, 84 + 1],
  ])('goes by the clock also when that jumps %s', async (_where, by, sleeps) => {
    const { state, time } = computer('Asia/Tokyo', '2026-08-31T22:00:00Z', (count) => {
      if (count === 1) state.now += by;
    });
    expect(await time.until('startsAt', COMMAND, signal)).toBe(true);
    expect(state.now).toBeGreaterThanOrEqual(Date.parse('2026-09-01T00:00:00Z'));
    expect(state.sleeps).toHaveLength(sleeps - (by > 0 ? 0 : 1));
  });

  it('ends when the command expires here before', async () => {
    const local = { installAt: '2026-09-01T09:00:00', expiresAt: '2026-09-01T08:00:00' };
    const { state, time } = computer('Asia/Tokyo', '2026-08-31T22:00:00Z');
    expect(await time.until('installsAt', { ...COMMAND, local }, signal)).toBe(false);
    expect(new Date(state.now).toISOString()).toBe('2026-08-31T23:00:00.000Z');
  });

  it('ends at a cancel', async () => {
    const abort = new AbortController();
    const { time } = computer('Asia/Tokyo', '2026-08-31T22:00:00Z', () => abort.abort(new Error('canceled')));
    await expect(time.until('startsAt', COMMAND, abort.signal)).rejects.toThrow('canceled');
  });

  it('waits an hour at a time for a moment that is the same everywhere', async () => {
    const { state, time } = computer('Asia/Tokyo', '2026-08-31T22:00:00Z');
    const command = { installAt: '2026-09-01T00:30:00Z', expiresAt: COMMAND.expiresAt };
    expect(await time.until('installsAt', command, signal)).toBe(true);
    expect(state.sleeps).toEqual([HOUR, HOUR, HOUR / 2]);
  });
});
