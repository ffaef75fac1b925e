import { LEASE_MS, WORK_RPC_TIMEOUT_MS, workBackOff } from './work-lease.js';

describe('workBackOff', () => {
  it.each([
    [0, 500],
    [1, 1000],
    [3, 4000],
    [6, 30_000],
    [1000, 30_000],
  ])('after %d failures waits at most %d ms, and at least half of that', (failures, most) => {
    expect(workBackOff(failures, () => 0)).toBe(most);
    expect(workBackOff(failures, () => 1)).toBe(most / 2);
  });
});

describe('the lease', () => {
  it('outlasts one request', () => expect(LEASE_MS).toBeGreaterThan(WORK_RPC_TIMEOUT_MS));
});
