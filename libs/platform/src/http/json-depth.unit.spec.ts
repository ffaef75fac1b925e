import type { IncomingMessage } from 'node:http';
import { demandReadableJson } from './json-depth.js';

const check = (body: string | Buffer) => () =>
  demandReadableJson({} as IncomingMessage, undefined, Buffer.from(body as string));
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

describe('demandReadableJson', () => {
  it('takes what is nested 64 deep, and brackets in texts', () => {
    expect(check(nested(64))).not.toThrow();
    expect(check(JSON.stringify({ a: '"\\'.repeat(50) + '['.repeat(500), b: ['{'.repeat(500)] }))).not.toThrow();
    expect(check(`[${'[],'.repeat(500)}1]`)).not.toThrow();
  });

  it.each([nested(65), '{"a":'.repeat(65), nested(500_000)])('refuses what is deeper', (body) => {
    expect(check(body)).toThrow(expect.objectContaining({ kind: 'invalid', code: 'body.tooDeep' }));
  });

  it('refuses broken UTF-8', () => {
    expect(check(Buffer.from([0x22, 0xc3, 0x28, 0x22]))).toThrow(expect.objectContaining({ code: 'body.notUtf8' }));
  });
});
