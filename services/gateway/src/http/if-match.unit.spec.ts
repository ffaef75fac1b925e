import { parseIfMatch } from './if-match.decorator.js';

describe('parseIfMatch', () => {
  it('reads our entity tags', () => {
    expect(parseIfMatch('"7"')).toBe(7);
    expect(parseIfMatch('*')).toBeUndefined();
  });

  it.each(['7', '"0"', '"-1"', '"abc"', 'W/"7"', '"7", "8"', ''])('refuses %s', (header) => {
    expect(() => parseIfMatch(header)).toThrow(expect.objectContaining({ code: 'request.ifMatch', kind: 'invalid' }));
  });
});
