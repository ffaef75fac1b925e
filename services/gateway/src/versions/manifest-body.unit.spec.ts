import { manifestFromBody } from './manifest-body.js';

describe('manifestFromBody', () => {
  it('takes JSON objects as they are and parses YAML', () => {
    expect(manifestFromBody({ package: 'a' })).toEqual({ package: 'a' });
    expect(manifestFromBody('package: a\nversion: "1.10"\n')).toEqual({ package: 'a', version: '1.10' });
  });

  it('says where YAML is broken', () => {
    expect(() => manifestFromBody('package: a\n  version: [1')).toThrow(
      expect.objectContaining({ code: 'manifest.notYaml', detail: expect.stringMatching(/line \d+, column \d+/) }),
    );
  });

  it('says that a version without quotes is a number to YAML, wherever it stands, as it was written', () => {
    const text = `
package: a
version: 2.10
variants:
  - requirements:
      - software: { name: b, version: 1.0 }
`;
    expect(() => manifestFromBody(text)).toThrow(
      expect.objectContaining({
        code: 'manifest.invalid',
        errors: [
          { pointer: '/version', message: expect.stringContaining('in quotes, version: "2.10"') as string },
          {
            pointer: '/variants/0/requirements/0/software/version',
            message: expect.stringContaining('version: "1.0"') as string,
          },
        ],
      }),
    );
    expect(manifestFromBody('version: 2.10.1')).toEqual({ version: '2.10.1' });
  });

  it('refuses duplicate keys', () => {
    expect(() => manifestFromBody('package: a\npackage: b\n')).toThrow(
      expect.objectContaining({ code: 'manifest.notYaml' }),
    );
  });

  it('refuses aliases, however few', () => {
    expect(() => manifestFromBody('a: &x [1]\nb: *x\n')).toThrow(
      expect.objectContaining({ code: 'manifest.notYaml', detail: expect.stringContaining('aliases') }),
    );
  });

  it.each([[[]], [null], ['- a\n- b\n'], ['just text'], [undefined]])('refuses %j, which is no object', (body) => {
    expect(() => manifestFromBody(body)).toThrow(expect.objectContaining({ code: 'manifest.invalid' }));
  });

  it('refuses what is nested too deep to be walked', () => {
    expect(() => manifestFromBody('- '.repeat(200_000) + 'x')).toThrow(
      expect.objectContaining({ kind: 'invalid', code: expect.stringMatching(/^manifest\./) as string }),
    );
  });
});
