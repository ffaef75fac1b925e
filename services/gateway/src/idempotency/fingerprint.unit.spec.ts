import { fingerprintOf } from './fingerprint.js';

const post = (query: Record<string, string | string[]>, body: unknown = { a: 1 }) =>
  fingerprintOf({ method: 'POST', path: '/api/v1/jobs', query, body });

describe('fingerprintOf', () => {
  it('without a query is method and path', () => {
    expect(post({}).operation).toBe('POST /api/v1/jobs');
  });

  it('differs by each parameter and its value, not by their order', () => {
    expect(post({ a: '1', b: '2' })).toEqual(post({ b: '2', a: '1' }));
    const all: Record<string, string | string[]>[] = [
      {},
      { a: '1' },
      { a: '2' },
      { b: '1' },
      { a: '1&b=2' },
      { a: '1', b: '2' },
      { a: ['1', '2'] },
    ];
    expect(new Set(all.map((query) => post(query).operation)).size).toBe(all.length);
  });

  it('differs by the body', () => {
    expect(post({}, { a: 2 }).bodyHash.equals(post({}).bodyHash)).toBe(false);
    const none = fingerprintOf({ method: 'POST', path: '/api/v1/jobs', query: {}, body: undefined });
    expect(none.bodyHash.equals(post({}, null).bodyHash)).toBe(true);
  });
});
