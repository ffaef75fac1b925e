import { checkAttributes, checkComputerName } from './attributes.js';

const refused = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    return error as { code: string; errors: { pointer: string }[] };
  }
  throw new Error('was not refused');
};

describe('checkAttributes', () => {
  it('takes names that a filter can say', () => {
    const attributes = { department: 'accounting', 'site.floor': '3', größe_1: 'x'.repeat(256), empty: '' };
    expect(checkAttributes(attributes)).toBe(attributes);
  });

  it('names every wrong attribute at once', () => {
    const error = refused(() =>
      checkAttributes({ 'a b': 'x', ok: 5, 'a/b': 'x', long: 'x'.repeat(257), bell: '\u0007' }),
    );
    expect(error.code).toBe('computer.attributesInvalid');
    expect(error.errors.map((e) => e.pointer)).toEqual([
      '/attributes/a b',
      '/attributes/ok',
      '/attributes/a~1b',
      '/attributes/long',
      '/attributes/bell',
    ]);
  });

  it('takes at most 100', () => {
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`k${i}`, 'v']));
    expect(refused(() => checkAttributes(many)).errors[0]!.pointer).toBe('/attributes');
  });
});

describe('checkComputerName', () => {
  it('takes host names and refuses what is none', () => {
    expect(checkComputerName('pc-1.example.org', '/hostname')).toBe('pc-1.example.org');
    for (const name of ['../etc', 'a\nb', 'a\\b', ' pc', ''])
      expect(refused(() => checkComputerName(name, '/hostname')).code).toBe('computer.nameInvalid');
  });
});
