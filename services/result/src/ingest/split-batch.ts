/** Reports in one transaction at most. */
const MAX_REPORTS = 500;

/** Bytes of reports in one transaction at most: 500 log tails of 64 KiB at once would cost hundreds of megabytes of memory. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Cuts messages, in order, into the parts that are each ingested in one transaction; a part holds at least one message. */
export function splitBatch<T extends { content: Buffer }>(messages: readonly T[]): T[][] {
  const parts: T[][] = [];
  let bytes = 0;
  for (const message of messages) {
    const part = parts.at(-1);
    if (part && part.length < MAX_REPORTS && bytes + message.content.length <= MAX_BYTES) part.push(message);
    else {
      parts.push([message]);
      bytes = 0;
    }
    bytes += message.content.length;
  }
  return parts;
}
