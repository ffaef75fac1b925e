import { BYTES_PER_HOUR, LETTERS_PER_HOUR, spend } from './dead-letter-budget.js';

const NOTHING = { letters: 0, bytes: 0 };

describe('the budget of dead letters', () => {
  it('takes so many and no more, also over several batches', () => {
    const first = spend(
      NOTHING,
      Array.from({ length: LETTERS_PER_HOUR - 1 }, () => 10),
    );
    expect(first.kept).not.toContain(false);
    expect(spend(first.used, [10, 10]).kept).toEqual([true, false]);
  });

  it('takes so many bytes and no more; a smaller one may still fit', () => {
    const { kept, used } = spend(NOTHING, [BYTES_PER_HOUR - 100, 101, 100, 1]);
    expect(kept).toEqual([true, false, true, false]);
    expect(used).toEqual({ letters: 2, bytes: BYTES_PER_HOUR });
  });
});
