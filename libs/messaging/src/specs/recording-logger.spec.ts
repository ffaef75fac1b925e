import type { MessageLogger } from '../server/message-logger.js';

/** Keeps what was written, for a spec to look at. */
export class RecordingLogger implements MessageLogger {
  readonly lines: string[] = [];

  log(message: string): void {
    this.lines.push(message);
  }

  warn(message: string): void {
    this.lines.push(message);
  }

  error(message: unknown): void {
    this.lines.push(String(message));
  }
}
