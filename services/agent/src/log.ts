/** What the agent writes its log lines to; pino satisfies it. */
export interface Log {
  info(facts: object, sentence: string): void;
  warn(facts: object, sentence: string): void;
  error(facts: object, sentence: string): void;
  debug(facts: object, sentence: string): void;
}

/** For simulated agents and specs. */
export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} };
