/** Milliseconds. Shorter than callers of ours wait, so that they learn who did not answer. */
export const LOOKUP_TIMEOUT_MS = 3_000;
