/**
 * Waits for a condition instead of sleeping: runs `assert` until it does not throw.
 * @throws what it threw last, after `timeoutMs` (default 30 s: long enough for a busy machine, and free when all is well)
 */
export async function eventually<T>(
  assert: () => T | Promise<T>,
  { timeoutMs = 30_000, intervalMs = 25 } = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await assert();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, intervalMs));
    }
  }
}
