/** Dead letters of one computer in an hour; the first few tell what is wrong with it, the others only fill the queue. */
export const LETTERS_PER_HOUR = 100;

/** Bytes of one computer's dead letters in an hour: several of the largest report that is taken. */
export const BYTES_PER_HOUR = 1_048_576;

/** What one computer has used in its hour. */
export interface Used {
  letters: number;
  bytes: number;
}

/**
 * Says for each message, in order, whether it may become a dead letter.
 * @param sizes bytes of each message
 * @returns the answers, and what is used after them
 */
export function spend(used: Used, sizes: readonly number[]): { kept: boolean[]; used: Used } {
  let { letters, bytes } = used;
  const kept = sizes.map((size) => {
    if (letters >= LETTERS_PER_HOUR || bytes + size > BYTES_PER_HOUR) return false;
    letters += 1;
    bytes += size;
    return true;
  });
  return { kept, used: { letters, bytes } };
}
