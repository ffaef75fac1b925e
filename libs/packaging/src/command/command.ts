/** Where a command writes; streams of the process, or a test's. */
export interface Output {
  out(line: string): void;
  err(line: string): void;
}

/** One command of `waybill`. A new one is a new file and one line in `run-waybill.ts`. */
export interface Command {
  /** words that choose it, e.g. `package lint` */
  name: string;
  summary: string;
  help: string;
  /**
   * Returns the exit code: 0 done, 1 refused or failed.
   * @throws UsageError when the arguments make no sense
   */
  run(args: string[], output: Output): Promise<number>;
}

/** Arguments that make no sense; exit code 2. */
export class UsageError extends Error {}
