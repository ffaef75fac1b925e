import { toProblem } from '@waybill/platform';
import type { BulkItem } from './bulk.views.js';

/** Requests to a service at the same time. */
const AT_ONCE = 4;

/**
 * Does something to each of many, a few at a time: one that is refused stops no other.
 * @param act does it, and says what the answer shows beside the status
 * @param refused what the answer shows of one that was refused
 * @returns in the order of `items`
 */
export async function eachItem<In, Out extends object>(
  items: readonly In[],
  requestId: string,
  act: (item: In) => Out | Promise<Out>,
  refused: (item: In) => Out,
): Promise<(Out & BulkItem)[]> {
  const results: (Out & BulkItem)[] = [];
  const waiting = items.entries();
  const worker = async (): Promise<void> => {
    for (const [i, item] of waiting) {
      try {
        results[i] = { ...(await act(item)), status: 200, problem: null };
      } catch (error) {
        const problem = toProblem(error, requestId);
        results[i] = { ...refused(item), status: problem.status, problem };
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

/** An answer about all of them. */
export function bulkAnswer<Item extends BulkItem>(items: Item[]): { items: Item[]; succeeded: number; failed: number } {
  const succeeded = items.filter(({ problem }) => problem === null).length;
  return { items, succeeded, failed: items.length - succeeded };
}
