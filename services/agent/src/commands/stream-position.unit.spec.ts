import { advance } from './stream-position.js';

const at = (offset: number, seq: number | null) => ({ offset, seq });

describe('the position in a stream', () => {
  it.each([
    ['the first message', null, 0, 1, { position: at(0, 1), gap: false, stale: false }],
    ['the first message, whatever its number', null, 7, 9, { position: at(7, 9), gap: false, stale: false }],
    ['the next number', at(1, 1), 2, 2, { position: at(2, 2), gap: false, stale: false }],
    ['no number', at(1, 1), 2, null, { position: at(2, 1), gap: false, stale: false }],
    ['a missing number', at(1, 1), 2, 3, { position: at(2, 3), gap: true, stale: false }],
    ['a copy of an earlier command', at(9, 5), 10, 2, { position: at(10, 5), gap: false, stale: true }],
    ['a message read before', at(9, 5), 9, 5, null],
    ['a message without a number read before', at(9, 5), 3, null, null],
    ['a later number at an offset read before', at(9, 5), 3, 6, { position: at(3, 6), gap: true, stale: false }],
  ])('%s', (_what, before, offset, seq, expected) => {
    expect(advance(before, offset, seq, true)).toEqual(expected);
  });

  it('of an inbox shows no missing numbers: they are other computers’', () => {
    expect(advance(at(1, 1), 2, 9, false)).toEqual({ position: at(2, 9), gap: false, stale: false });
  });
});
