/** Sorts below everything else, the end included. */
export const BEFORE_END = '!';
/** End of a run of characters, or of a whole part. */
export const END = '#';
/** Sorts just above the end (rpm's `^`). */
export const AFTER_END = '$';

/** Digits as a text that sorts like the number: its length, then itself without leading zeros. */
export function numberKey(digits: string): string {
  const significant = digits.replace(/^0+/, '');
  return String(significant.length).padStart(4, '0') + significant;
}
