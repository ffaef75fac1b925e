/** Polls a condition for scripts (specs use `eventually`). @throws when it does not hold in time, with the last problem */
export async function until<T>(
  what: string,
  timeoutMs: number,
  probe: () => Promise<T | undefined | false>,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let problem: unknown;
  for (;;) {
    try {
      const value = await probe();
      if (value !== undefined && value !== false) return value;
    } catch (error) {
      problem = error;
    }
    if (Date.now() > deadline)
      throw new Error(`gave up waiting for ${what} after ${timeoutMs / 1000} s`, { cause: problem });
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
