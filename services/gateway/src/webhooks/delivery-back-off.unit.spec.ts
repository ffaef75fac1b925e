import { deliveryBackOff } from './delivery-back-off.js';

describe('the wait after a failed delivery', () => {
  it.each([
    [1, 15_000],
    [2, 30_000],
    [3, 60_000],
    [11, 15_360_000],
    [12, 21_600_000],
    [30, 21_600_000],
  ])('after %i failures is at most %i ms and at least half of it', (failures, full) => {
    expect(deliveryBackOff(failures, () => 0)).toBe(full);
    expect(deliveryBackOff(failures, () => 1)).toBe(full / 2);
  });
});
