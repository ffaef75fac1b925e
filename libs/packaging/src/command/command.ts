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

/** Names of a command's options: those that are on or off, and those that have a value. */
export interface Options<On extends string, Value extends string> {
  on?: readonly On[];
  values?: readonly Value[];
}

/**
 * Arguments of a command about one path.
 * @param hint what is to be named instead when it is not exactly one
 * @throws UsageError
 */
export function onePath<On extends string = never, Value extends string = never>(
  args: string[],
  { on: switches = [], values: named = [] }: Options<On, Value>,
  hint: string,
) {
  const config: ParseArgsOptionsConfig = {};
  for (const name of switches) config[name] = { type: 'boolean' };
  for (const name of named) config[name] = { type: 'string' };
  try {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: config });
    const on = (name: On): boolean => values[name] === true;
    const value = (name: Value): string | undefined => values[name] as string | undefined;
    if (positionals.length === 1) return { path: positionals[0]!, on, value };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  throw new UsageError(hint);
}
