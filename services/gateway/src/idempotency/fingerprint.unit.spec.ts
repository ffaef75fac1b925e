import { createHash } from 'node:crypto';
import { fingerprintOf } from './fingerprint.js';

const post = (query: Record<string, string | string[]>, body: unknown = { a: 1 }, salt = 'key') =>
  fingerprintOf({ method: 'POST', path: '/api/v1/jobs', query, body }, salt);

describe('fingerprintOf', () => {
  it('without a query is method and path', async () => {
    expect((await post({})).operation).toBe('POST /api/v1/jobs');
  });

  it('differs by each parameter and its value, not by their order', async () => {
    expect(await post({ a: '1', b: '2' })).toEqual(await post({ b: '2', a: '1' }));
    const all: Record<string, string | string[]>[] = [
      {},
      { a: '1' },
      { a: '2' },
      { b: '1' },
      { a: '1&b=2' },
      { a: '1', b: '2' },
      { a: ['1', '2'] },
    ];
    const operations = await Promise.all(all.map(async (query) => (await post(query)).operation));
    expect(new Set(operations).size).toBe(all.length);
  });

  it('differs by the body', async () => {
    expect((await post({}, { a: 2 })).bodyHash).not.toEqual((await post({})).bodyHash);
    const none = await fingerprintOf({ method: 'POST', path: '/api/v1/jobs', query: {}, body: undefined }, 'key');
    expect(none.bodyHash).toEqual((await post({}, null)).bodyHash);
  });

  it('of a password is no fast hash, and not the same under another key', async () => {
    const body = { currentPassword: 'a', newPassword: 'b' };
    const { bodyHash } = await post({}, body);
    expect(bodyHash).toEqual((await post({}, body)).bodyHash);
    expect(bodyHash).not.toEqual((await post({}, { ...body, newPassword: 'c' })).bodyHash);
    expect(bodyHash).not.toEqual((await post({}, body, 'other')).bodyHash);
    expect(bodyHash).not.toEqual(createHash('sha256').update(JSON.stringify(body)).digest());
  });
});
