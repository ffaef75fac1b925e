/** A broker that is gone or stuck never answers a goodbye: it is not waited for longer than this. */
const FAREWELL_MS = 3_000;

/** Waits for the answer to a goodbye, but not for ever, so that a process can always end. Never rejects. */
export async function farewell(...goodbye: Promise<unknown>[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => (timer = setTimeout(resolve, FAREWELL_MS)));
  await Promise.race([...goodbye.map((answer) => answer.catch(() => undefined)), enough]);
  clearTimeout(timer);
}
