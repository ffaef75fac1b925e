import { z } from 'zod';
import type { HoldCommand } from '@waybill/contracts/agent';
import type { Journal } from '../journal/journal.js';

const PREFIX = 'hold:';
const wordSchema = z.object({ held: z.boolean(), issuedAt: z.string(), expiresAt: z.string(), reason: z.string() });

type Word = z.infer<typeof wordSchema>;
type Run = Pick<HoldCommand, 'jobId' | 'run'>;

/** Which jobs somebody has paused; kept in the journal, so that a restart begins nothing that waits. */
export class JobHolds {
  constructor(private readonly journal: Journal) {}

  /** Why the job waits, null when it does not. */
  reasonOf(run: Run): string | null {
    const word = this.wordOf(run);
    return word?.held ? word.reason : null;
  }

  /**
   * Of two words about one job the later issued counts, in whatever order they come.
   * @param now RFC 3339; what had expired by then is forgotten
   * @returns false when a later word is known
   */
  take({ jobId, run, held, issuedAt, expiresAt, reason }: HoldCommand, now: string): boolean {
    for (const [key, text] of this.journal.entries(PREFIX))
      if (Date.parse(read(text)?.expiresAt ?? now) <= Date.parse(now)) this.journal.remove(PREFIX + key);
    const known = this.wordOf({ jobId, run });
    if (known && Date.parse(known.issuedAt) > Date.parse(issuedAt)) return false;
    this.journal.set(keyOf({ jobId, run }), JSON.stringify({ held, issuedAt, expiresAt, reason } satisfies Word));
    return true;
  }

  /** The server says that the job is to be done: a word that it waits, issued before, is over. True when there was one. */
  release(run: Run, issuedAt: string): boolean {
    const known = this.wordOf(run);
    if (!known?.held || Date.parse(known.issuedAt) > Date.parse(issuedAt)) return false;
    this.journal.set(keyOf(run), JSON.stringify({ ...known, held: false, issuedAt }));
    return true;
  }

  private wordOf(run: Run): Word | null {
    const text = this.journal.get(keyOf(run));
    return text === null ? null : read(text);
  }
}

const keyOf = ({ jobId, run }: Run): string => `${PREFIX}${jobId}:${run}`;

function read(text: string): Word | null {
  const parsed = wordSchema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : null;
}
