const SEGMENT_BYTES = 5_000_000;

/**
 * Declaration of a group's command stream. Small segments, because retention drops whole segments only and the last one never.
 * Fixed for ever once declared: other values mean a new generation.
 */
export function groupStreamArguments(): Record<string, string | number> {
  return {
    'x-queue-type': 'stream',
    'x-max-age': '30D',
    'x-max-length-bytes': 256_000_000,
    'x-stream-max-segment-size-bytes': SEGMENT_BYTES,
    'x-queue-leader-locator': 'balanced',
  };
}

/** Declaration of an inbox shard: as a group's, with a filter large enough to keep many computers apart. */
export function inboxStreamArguments(): Record<string, string | number> {
  return { ...groupStreamArguments(), 'x-stream-filter-size-bytes': 255 };
}
