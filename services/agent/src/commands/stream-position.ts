import type { StreamPosition } from '../journal/journal.records.js';

/** How far a stream is read once a message was taken. */
export interface Advance {
  position: StreamPosition;
  /** commands before this one were missed */
  gap: boolean;
  /** a later command of this stream was seen before: a copy, or one that was overtaken */
  stale: boolean;
}

/**
 * Where reading goes on after a message. Numbers count only when they are signed: a made-up high one would hide, for
 * ever, that a genuine command was lost.
 * @param seq number of the genuine command in the message; null for anything else, e.g. a notice or a forgery
 * @param gapless every number of the stream reaches this computer: true for a group's stream, an inbox is filtered
 * @returns null for a message that was read before
 */
export function advance(
  before: StreamPosition | null,
  offset: number,
  seq: number | null,
  gapless: boolean,
): Advance | null {
  const last = before?.seq ?? null;
  const later = isLater(last, seq);
  // A later number at an offset that was read already: the stream lost its tail and its offsets were given away again.
  if (before !== null && offset <= before.offset)
    return later ? { position: { offset, seq }, gap: true, stale: false } : null;
  // A copy of an earlier command does not turn the count back.
  const newest = later || last === null ? seq : last;
  const stale = last !== null && seq !== null && seq <= last;
  return { position: { offset, seq: newest }, gap: gapless && later && seq! > last! + 1, stale };
}

/** True when both are known and the second is higher. */
export function isLater(last: number | null, seq: number | null): boolean {
  return last !== null && seq !== null && seq > last;
}
