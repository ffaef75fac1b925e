import type { Page } from '@waybill/contracts';

/** An answer must stay well below the 16 MiB that RabbitMQ takes as one message; bytes of JSON. */
const ANSWER_LIMIT = 4 * 1024 * 1024;

/**
 * A page that is too large for one message, cut at an item: a shorter page with its own cursor instead of no answer at all.
 * @param read reads a page of at most so many items from where the query begins
 */
export async function pageThatFits<T>(
  read: (limit?: number) => Promise<Page<T>>,
  answerLimit = ANSWER_LIMIT,
): Promise<Page<T>> {
  const page = await read();
  let bytes = 0;
  const fitting = page.items.findIndex((item) => (bytes += Buffer.byteLength(JSON.stringify(item))) > answerLimit);
  return fitting === -1 ? page : read(Math.max(1, fitting));
}
