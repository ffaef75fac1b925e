import type { Journal } from '../journal/journal.js';
import { type AttemptKey, keyText } from '../journal/journal.records.js';
import type { Clock } from '../time/clock.js';
import { hasBegun } from './attempt.js';

/** A computer that starts without a connection begins after so many milliseconds: what it was ordered to do offline it does. */
export const FIRST_WORD_MS = 60_000;

/**
 * What an earlier process of the agent left unbegun may have been stopped while the computer was off: it waits for the server's word after
 * the start.
 */
export class FirstWord {
  private readonly waiting = new Set<string>();

  constructor(
    private readonly journal: Journal,
    private readonly clock: Clock,
  ) {}

  waits(attempt: AttemptKey): boolean {
    return this.waiting.size > 0 && this.waiting.has(keyText(attempt));
  }

  /** Called before anything is begun. @returns whether there is anything to ask for */
  expect(): boolean {
    for (const record of this.journal.openAttempts()) if (!hasBegun(record.steps)) this.waiting.add(keyText(record));
    return this.waiting.size > 0;
  }

  /** Resolves when the server has spoken, or when nobody can wait for it any longer. @param heard resolves when its word was taken in */
  async hear(heard: Promise<void>): Promise<'heard' | 'silence'> {
    const patience = new AbortController();
    const silence = this.clock.sleep(FIRST_WORD_MS, patience.signal).then(
      () => 'silence' as const,
      () => 'heard' as const,
    );
    const outcome = await Promise.race([heard.then(() => 'heard' as const), silence]);
    patience.abort();
    this.waiting.clear();
    return outcome;
  }
}
