import { z } from 'zod';
import type { HoldCommand } from '@waybill/contracts/agent';
import type { Journal } from '../journal/journal.js';

const PREFIX = 'hold:';
const wordSchema = z.object({
  held: z.boolean(),
  revision: z.number(),
  attempt: z.number(),
  expiresAt: z.string(),
  reason: z.string(),
});

type Word = z.infer<typeof wordSchema>;
type Run = Pick<HoldCommand, 'jobId' | 'run'>;

/** Which jobs somebody has paused; kept in the journal, so that a restart begins nothing that waits. */
export class JobHolds {
  constructor(private readonly journal: Journal) {}

  /** Why an attempt waits, null when it does not. One that was ordered after the job was held was not held with it. */
  reasonOf({ attempt, ...run }: Run & { attempt: number }): string | null {
    const word = this.wordOf(run);
    return word?.held && attempt <= word.attempt ? word.reason : null;
  }

  /**
   * Of two words about one job that of the higher revision counts, in whatever order they come; of the same one, that it waits. Times would
   * not do: what is decided first may be seen last.
   * @param now RFC 3339; what had expired by then is forgotten
   * @returns false when a later word is known
   */
  take({ jobId, run, attempt, held, revision, expiresAt, reason }: HoldCommand, now: string): boolean {
    for (const [key, text] of this.journal.entries(PREFIX))
      if (Date.parse(read(text)?.expiresAt ?? now) <= Date.parse(now)) this.journal.remove(PREFIX + key);
    const known = this.wordOf({ jobId, run });
    if (known && (known.revision > revision || (known.revision === revision && known.held))) return false;
    const word: Word = { held, revision, attempt, expiresAt, reason };
    this.journal.set(keyOf({ jobId, run }), JSON.stringify(word));
    return true;
  }

  /** The server says that the job is to be done: a word of an earlier revision that it waits is over. True when there was one. */
  release({ jobId, run }: Run, revision: number): boolean {
    const known = this.wordOf({ jobId, run });
    if (!known?.held || known.revision >= revision) return false;
    this.journal.set(keyOf({ jobId, run }), JSON.stringify({ ...known, held: false, revision }));
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
