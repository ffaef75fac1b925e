/** What the transport writes to the log; Nest's Logger satisfies it. */
export interface MessageLogger {
  log(message: string): void;
  warn(message: string): void;
  error(message: unknown, stack?: string): void;
}
