import { IdPipe } from './id.pipe.js';

const read = (value: string, data = 'id') => new IdPipe().transform(value, { type: 'param', data });

describe('an id in a path', () => {
  it.each(['0199f3a0-7c1e-7000-8000-000000000001', '0199F3A0-7C1E-7000-8000-00000000000A'])('%s is one', (id) => {
    expect(read(id)).toBe(id);
  });

  it.each(['abc', '', '0199f3a0-7c1e-7000-8000-00000000000', '0199f3a07c1e70008000000000000001'])(
    '"%s" is none',
    (id) => {
      expect(() => read(id)).toThrow(expect.objectContaining({ kind: 'invalid', code: 'request.badId' }));
    },
  );

  it('that is none is named, with what would be right', () => {
    expect(() => read('abc', 'computerId')).toThrow(
      expect.objectContaining({
        detail:
          'In the path, computerId: "abc" is not an id; an id is a UUID such as 0199f3a0-7c1e-7000-8000-000000000001.',
        errors: [{ pointer: '/computerId', message: expect.stringContaining('UUID') as string }],
      }),
    );
  });
});
