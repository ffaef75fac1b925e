/** Something the person at the terminal can act on: said in one sentence, with the log to read where there is one. */
export class StackFailure extends Error {
  readonly logFile: string | undefined;

  /** @param message what happened and what to do, one sentence without a trailing line break */
  constructor(message: string, options: { logFile?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'StackFailure';
    this.logFile = options.logFile;
  }
}

/** One line for the terminal. Errors nobody foresaw keep their stack: it is then all we know. */
export function describeFailure(error: unknown): string {
  if (error instanceof StackFailure) return error.logFile ? `${error.message} (log: ${error.logFile})` : error.message;
  if (isNodeError(error) && error.code === 'ENOSPC') return 'The disk is full; free some space and start again.';
  if (isNodeError(error) && (error.code === 'EACCES' || error.code === 'EPERM')) {
    return `No permission for ${error.path ?? error.syscall ?? 'a file'}: run as the user that this checkout belongs to (root, for private servers).`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

export function isNodeError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error;
}
