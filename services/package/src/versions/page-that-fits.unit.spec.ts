import { pageThatFits } from './page-that-fits.js';

const ITEMS = ['aaaaaaaa', 'bbbbbbbb', 'cccccccc', 'dddddddd'];

/** A list as the database would give it: the cursor is the number of items before. */
const read = async (limit = ITEMS.length) => ({
  items: ITEMS.slice(0, limit),
  nextCursor: limit < ITEMS.length ? String(limit) : null,
});

describe('a page that fits into one message', () => {
  it('is whole when it is small', async () => {
    expect(await pageThatFits(read, 40)).toEqual({ items: ITEMS, nextCursor: null });
  });

  it('is cut at an item, and its cursor goes on from there', async () => {
    expect(await pageThatFits(read, 39)).toEqual({ items: ITEMS.slice(0, 3), nextCursor: '3' });
    expect(await pageThatFits(read, 25)).toEqual({ items: ITEMS.slice(0, 2), nextCursor: '2' });
  });

  it('has one item at least', async () => {
    expect(await pageThatFits(read, 5)).toEqual({ items: ITEMS.slice(0, 1), nextCursor: '1' });
  });
});
