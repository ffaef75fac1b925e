import { checkQuery } from './declared-query.guard.js';

const LIST = ['filter', 'sort', 'limit', 'cursor'];

describe('the query of a call', () => {
  it.each([[{}], [{ limit: '5' }], [{ filter: '', cursor: 'x' }]])('%j is what the call declares', (query) => {
    expect(() => checkQuery(query, LIST)).not.toThrow();
  });

  it('with parameters that the call does not declare is refused, each by its name, with what would be right', () => {
    expect(() => checkQuery({ filtre: 'x', limit: '1', dry: '1' }, LIST)).toThrow(
      expect.objectContaining({
        kind: 'invalid',
        code: 'query.unknown',
        detail:
          'This call does not take the query parameters "filtre", "dry"; it takes filter, sort, limit, cursor. Nothing was done.',
        errors: [expect.objectContaining({ pointer: '/filtre' }), expect.objectContaining({ pointer: '/dry' })],
      }),
    );
  });

  it.each(['constructor', '__proto__', 'toString'])('does not take %s for a parameter', (name) => {
    expect(() => checkQuery(Object.fromEntries([[name, 'x']]), LIST)).toThrow(
      expect.objectContaining({ code: 'query.unknown' }),
    );
  });

  it('with a parameter twice is refused in words', () => {
    expect(() => checkQuery({ limit: ['1', '2'] }, LIST)).toThrow(
      expect.objectContaining({
        code: 'query.repeated',
        detail: 'The query parameter "limit" may be given only once. Nothing was done.',
      }),
    );
  });
});
