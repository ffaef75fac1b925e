import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const TAIL_BYTES = 64 * 1024;
/** The whole report may have 128 KiB as JSON; quotes and control characters grow when they are encoded. */
const JSON_BYTES = 96 * 1024;

/** Last 64 KiB of a log as text that fits into a report; null when there is no output. */
export function outputTail(path: string): string | null {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return null;
  }
  try {
    const { size } = fstatSync(file);
    const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(file, buffer, 0, buffer.length, size - buffer.length);
    return fit(buffer.toString('utf8'));
  } finally {
    closeSync(file);
  }
}

/** Without what PostgreSQL and terminals choke on, and short enough. */
export function fit(output: string): string | null {
  let text = output.replace(/\r\n?/g, '\n').replace(/[^\P{Cc}\n\t]/gu, '\ufffd');
  while (Buffer.byteLength(JSON.stringify(text)) > JSON_BYTES) text = text.slice(Math.ceil(text.length / 8));
  return text.toWellFormed() || null;
}
