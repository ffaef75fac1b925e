import type {
  AttemptKey,
  AttemptRecord,
  CancelRecord,
  StepRecord,
  StreamPosition,
  UnsentReport,
} from './journal.records.js';

/** Parts of an attempt that change after it was accepted. */
export type AttemptChange = Partial<
  Pick<
    AttemptRecord,
    | 'command'
    | 'status'
    | 'verdict'
    | 'cancel'
    | 'reportSeq'
    | 'finishedAt'
    | 'bootId'
    | 'lastReport'
    | 'offer'
    | 'restart'
  >
>;

/**
 * What the agent remembers over kill -9 and power loss. Synchronous: a call that returned is on disk (outside a
 * transaction) or will be when the transaction ends.
 *
 * Rules that rest on it: a command and its offset are in before the ack; a step is in before it starts; a report is in
 * before it is sent and stays until it is confirmed.
 */
export interface Journal {
  /**
   * Runs `work` as one transaction: all of it is kept, or nothing when it throws.
   * @param boundary name of the moment, e.g. `step.install.started`; the kill tests stop the process just before or after it
   */
  transact<T>(boundary: string, work: () => T): T;

  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
  /** values of all keys with the prefix, the prefix cut off */
  entries(prefix: string): Map<string, string>;

  position(stream: string): StreamPosition | null;
  advance(stream: string, position: StreamPosition): void;

  /** Remembers a command id against replay; false when it was known. */
  firstSeen(commandId: string, expiresAt: string): boolean;

  /** @throws when the attempt exists */
  insertAttempt(record: AttemptRecord): void;
  attempt(key: AttemptKey): AttemptRecord | null;
  changeAttempt(key: AttemptKey, change: AttemptChange): void;
  /** Writes a step of the attempt, replacing one of the same name. */
  putStep(key: AttemptKey, step: StepRecord): void;
  /** attempts without an end, oldest first */
  openAttempts(): AttemptRecord[];
  /** attempts of one run of a job, lowest first */
  attemptsOf(jobId: string, run: number): AttemptRecord[];

  /** so many of the attempts that have ended, the last first */
  lastEnded(limit: number): AttemptRecord[];

  rememberCancel(cancel: CancelRecord): void;
  /** the cancel that covers the attempt, if one was received */
  cancelFor(key: AttemptKey): CancelRecord | null;

  /** Adds a report in place of the unconfirmed ones of the same attempt: the newest says all that they say. A refusal replaces nothing and stays. */
  putReport(unsent: UnsentReport): void;
  /** unconfirmed reports, oldest first */
  unsent(): UnsentReport[];
  confirm(reportId: string): void;

  /** Forgets command ids, cancels and finished attempts that ended before the moment (RFC 3339). */
  prune(before: string): void;
  close(): void;
}
