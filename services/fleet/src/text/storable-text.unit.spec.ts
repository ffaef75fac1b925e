import { checkStorable } from './storable-text.js';

describe('checkStorable', () => {
  it('takes any well-formed text', () => {
    expect(() => checkStorable({ a: ['größe 🚚', 1, null, { b: '\n' }] })).not.toThrow();
  });

  it('names what cannot be stored', () => {
    const bad = () => checkStorable({ cpu: 'x\u0000', disks: [{ path: '\ud800' }], ['k\u0000']: 1 });
    expect(bad).toThrow(
      expect.objectContaining({
        code: 'request.invalid',
        errors: [
          expect.objectContaining({ pointer: '/cpu' }),
          expect.objectContaining({ pointer: '/disks/0/path' }),
          expect.objectContaining({ pointer: '/k\u0000' }),
        ],
      }),
    );
  });
});
