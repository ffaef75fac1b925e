import type { AttemptRecord } from '../journal/journal.records.js';
import { hasBegun } from './attempt.js';

/** Whether an attempt must wait: it has not begun to change the computer, may not now, and nobody has canceled it, which would only be reported. */
export function isHeld(record: AttemptRecord, { mayBegin }: { mayBegin(record: AttemptRecord): boolean }): boolean {
  return !record.cancel && !record.verdict && !hasBegun(record.steps) && !mayBegin(record);
}
