/**
 * Like Promise.all, but returns only when all have ended: after a failure nothing of what was begun goes on in the background,
 * against servers that are being stopped.
 */
export async function settleAll(work: readonly Promise<unknown>[]): Promise<void> {
  const outcomes = await Promise.allSettled(work);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}
