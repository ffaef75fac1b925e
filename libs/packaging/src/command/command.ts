import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';

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

/**
 * Arguments of a command about one path, with options that are on or off.
 * @param hint what is to be named instead when it is not exactly one
 * @throws UsageError
 */
export function onePath<Option extends string>(args: string[], options: readonly Option[], hint: string) {
  const config: ParseArgsOptionsConfig = Object.fromEntries(options.map((name) => [name, { type: 'boolean' }]));
  try {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: config });
    const on = (name: Option): boolean => values[name] === true;
    if (positionals.length === 1) return { path: positionals[0]!, on };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  throw new UsageError(hint);
}
