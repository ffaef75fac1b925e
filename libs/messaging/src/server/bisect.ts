import type { Verdict } from './verdict.js';

export interface Judged {
  verdict: Verdict;
  /** why it is not an ACK */
  why: string;
}

export interface BisectOptions<T> {
  /** handles all or, by throwing, none */
  handle: (items: readonly T[]) => Promise<readonly Verdict[]>;
  /** true when the failure is about no item at all (the database is down): thrown on instead of searched for */
  isGlobal: (error: unknown) => Promise<boolean>;
  /** fate of the one item that a failure was traced to */
  judge: (error: unknown) => Judged;
}

/** Handles a batch; on a failure splits it until the culprits stand alone, so that the rest is kept. At most 2n-1 calls. */
export async function bisect<T>(items: readonly T[], options: BisectOptions<T>): Promise<Judged[]> {
  try {
    const verdicts = await options.handle(items);
    if (verdicts.length !== items.length)
      throw new Error(`the batch handler returned ${verdicts.length} verdicts for ${items.length} messages`);
    return verdicts.map((verdict) => ({ verdict, why: 'the handler asked for it' }));
  } catch (error) {
    if (await options.isGlobal(error)) throw error;
    if (items.length <= 1) return items.map(() => options.judge(error));
    const middle = Math.ceil(items.length / 2);
    const first = await bisect(items.slice(0, middle), options);
    return [...first, ...(await bisect(items.slice(middle), options))];
  }
}
