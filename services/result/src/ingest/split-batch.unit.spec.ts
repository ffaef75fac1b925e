import { splitBatch } from './split-batch.js';

const messages = (count: number, bytes: number) =>
  Array.from({ length: count }, () => ({ content: Buffer.alloc(bytes) }));
const sizes = (parts: unknown[][]) => parts.map((part) => part.length);

describe('splitBatch', () => {
  it('puts at most 500 into a part', () => {
    expect(sizes(splitBatch(messages(1000, 300)))).toEqual([500, 500]);
    expect(sizes(splitBatch(messages(501, 300)))).toEqual([500, 1]);
    expect(splitBatch([])).toEqual([]);
  });

  it('puts at most 4 MiB into a part', () => {
    expect(sizes(splitBatch(messages(100, 65_536)))).toEqual([64, 36]);
  });

  it('keeps a message that is too large by itself, and the order', () => {
    const all = [...messages(1, 10), ...messages(1, 5_000_000), ...messages(2, 10)];
    expect(sizes(splitBatch(all))).toEqual([1, 1, 2]);
    expect(splitBatch(all).flat()).toEqual(all);
  });
});
