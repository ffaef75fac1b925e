const FIRST_MS = 15_000;
const LONGEST_MS = 6 * 3_600_000;

/**
 * Wait after a failed attempt, in milliseconds: 15 s, 30 s, 1 min … at most 6 h, and up to half of that less, so that what failed together does
 * not come back together. Twelve attempts take 4 to 9 hours.
 * @param failures so far, from 1
 */
export function deliveryBackOff(failures: number, random: () => number = Math.random): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 20));
  return Math.round(full * (1 - random() / 2));
}
