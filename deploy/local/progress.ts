/** How often a long step says that it still runs, in milliseconds. */
const HEARTBEAT_MS = 15_000;

/** Where progress goes; a caller with a terminal picture of its own (the demo) passes another one. */
export type Progress = (line: string) => void;

export const printProgress: Progress = (line) => {
  process.stdout.write(`${line}\n`);
};

/** Says what begins, repeats it with the elapsed time while it lasts, and says how long it took when that was long. */
export async function step<T>(progress: Progress, what: string, work: () => Promise<T>): Promise<T> {
  const began = Date.now();
  const seconds = (): string => `${Math.round((Date.now() - began) / 1000)} s`;
  progress(`${what} …`);
  const heartbeat = setInterval(() => progress(`${what} … ${seconds()}`), HEARTBEAT_MS);
  try {
    const result = await work();
    if (Date.now() - began > 3_000) progress(`${what}: done in ${seconds()}`);
    return result;
  } finally {
    clearInterval(heartbeat);
  }
}
