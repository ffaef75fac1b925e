import { declaredSha256 } from './content-digest.js';

const BASE64 = 'X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=';
const HEX = '5f8f04f6a3a892aaabbddb6cf273894493773960d4a325b105fee46eef4304f1';

describe('declaredSha256', () => {
  it('reads the example of RFC 9530 as lower-case hex', () => {
    expect(declaredSha256(`sha-256=:${BASE64}:`, undefined)).toBe(HEX);
    expect(declaredSha256(undefined, `sha-512=:YWJj:, sha-256=:${BASE64}:`)).toBe(HEX);
  });

  it('is none without a header, and ignores other algorithms beside SHA-256', () => {
    expect(declaredSha256(undefined, undefined)).toBeUndefined();
    expect(declaredSha256('md5=:YWJj:', `sha-256=:${BASE64}:`)).toBe(HEX);
  });

  it.each(['md5=:YWJj:', 'sha-512=:YWJj:, md5=:YWJj:', '', 'nonsense'])(
    'refuses %p, which names only what nobody checks, and says what would be checked',
    (header) => {
      for (const read of [() => declaredSha256(header, undefined), () => declaredSha256(undefined, header)]) {
        expect(read).toThrow(
          expect.objectContaining({
            code: 'upload.digestHeader',
            detail: expect.stringMatching(/not checked here; send sha-256=/) as string,
          }),
        );
      }
    },
  );

  it.each(['sha-256=abc', 'sha-256=:abc:', `sha-256=${BASE64}`])('refuses the malformed member %s', (header) => {
    expect(() => declaredSha256(header, undefined)).toThrow(expect.objectContaining({ code: 'upload.digestHeader' }));
  });

  it('refuses headers that disagree', () => {
    const other = Buffer.alloc(32).toString('base64');
    expect(() => declaredSha256(`sha-256=:${BASE64}:`, `sha-256=:${other}:`)).toThrow(
      expect.objectContaining({ code: 'upload.digestHeader' }),
    );
  });
});
