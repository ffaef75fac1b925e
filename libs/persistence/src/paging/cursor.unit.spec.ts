import { decodeCursor, encodeCursor, listFingerprint } from './cursor.js';

const LIST = listFingerprint(['computers', '[]', '-name', '']);
const made = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('cursors', () => {
  it.each([
    { key: 'pc-1', id: '7' },
    { key: null, id: '7' },
    { key: 'ünï "quoted" 😀', id: "it's" },
  ])('come back as they went: %p', (position) => {
    expect(decodeCursor(LIST, encodeCursor(LIST, position))).toEqual(position);
  });

  it.each([
    ['nothing', ''],
    ['a word', 'next'],
    ['no base64', '!!!'],
    ['no JSON', Buffer.from('{{').toString('base64url')],
    ['an object', made({ key: 'a' })],
    ['too short', made([LIST, 'a'])],
    ['too long', made([LIST, 'a', 'b', 'c'])],
    ['a number', made([LIST, 1, 'b'])],
    ['no id', made([LIST, 'a', null])],
    ['a NUL', made([LIST, 'a\u0000', 'b'])],
    ['another list', encodeCursor(listFingerprint(['jobs', '[]', '-name', '']), { key: 'a', id: 'b' })],
    ['another filter', encodeCursor(listFingerprint(['computers', '[]', '-name', 'a==b']), { key: 'a', id: 'b' })],
  ])('refuses one that is %s', (_what, cursor) => {
    expect(() => decodeCursor(LIST, cursor)).toThrow(
      expect.objectContaining({ kind: 'invalid', code: 'cursor.invalid' }),
    );
  });
});
