import fc from 'fast-check';
import { FULL_MANIFEST, ledger } from './manifest.cases.spec.js';
import { referencedFiles, validateManifest } from './manifest.validate.js';

// Cases change a copy in ways its type does not allow.
type Loose = { [key: string]: Loose } & Loose[] & string;

function problems(change: (manifest: Loose) => void) {
  const result = validateManifest(ledger(change as never));
  return result.ok ? [] : result.errors;
}

const variant = (manifest: Loose): Loose => manifest['variants']![0]!;
const set = (target: Loose, key: string | number, value: unknown) => {
  (target as unknown as Record<string | number, unknown>)[key] = value;
};

describe('validateManifest', () => {
  it('takes a small and a full manifest as they are', () => {
    expect(validateManifest(ledger())).toEqual({ ok: true, manifest: ledger() });
    expect(validateManifest(FULL_MANIFEST)).toEqual({ ok: true, manifest: FULL_MANIFEST });
  });

  it.each([[null], [undefined], [17], ['package: x'], [[]], [{}]])('refuses %p', (input) => {
    const result = validateManifest(input);
    expect(result.ok).toBe(false);
  });

  it.each([
    ['package', '../etc', '/package', 'acme-ledger'],
    ['package', 'Acme', '/package', 'lower-case'],
    ['package', 'acme\nledger', '/package', 'lower-case'],
    ['package', 'a'.repeat(129), '/package', '1-128'],
    ['version', '../1', '/version', 'e.g. 2.4.0'],
    ['version', '1.0\u0000', '/version', 'e.g. 2.4.0'],
    ['version', 2.4, '/version', 'string'],
    ['versionScheme', 'roman', '/versionScheme', 'semver'],
    ['title', '', '/title', 'Too small'],
    ['variants', [], '/variants', 'Too small'],
    ['variants', 'linux', '/variants', 'array'],
  ])('%s: %p is refused at %s with a hint', (key, value, pointer, hint) => {
    expect(problems((m) => set(m, key, value))).toContainEqual({ pointer, message: expect.stringContaining(hint) });
  });

  it.each([
    ['../../etc/passwd', 'plain file name'],
    ['a/b.deb', 'plain file name'],
    ['a\\b.deb', 'plain file name'],
    ['..', 'plain file name'],
    ['.hidden', 'plain file name'],
    ['a\u0000.deb', 'plain file name'],
    ['a\r\n.deb', 'plain file name'],
    ['', 'plain file name'],
  ])('an artifact must not be called %p', (file, hint) => {
    expect(problems((m) => set(variant(m)['artifacts']![0]!, 'file', file))).toContainEqual({
      pointer: '/variants/0/artifacts/0/file',
      message: expect.stringContaining(hint),
    });
  });

  it.each(['opt/acme', '/opt/../etc', '/opt/acme/..', '/opt/\u0007', `/${'x'.repeat(5000)}`])(
    'a path must not be %p',
    (path) => {
      const [problem] = problems((m) => set(variant(m), 'installer', { type: 'archive', directory: path }));
      expect(problem).toMatchObject({ pointer: '/variants/0/installer/directory' });
    },
  );

  it.each([
    [
      'size',
      (m: Loose) => set(variant(m)['requirements']![0]!['disk']!, 'free', '500MB'),
      '/variants/0/requirements/0/disk/free',
      '500MiB',
    ],
    [
      'size without a unit',
      (m: Loose) => set(variant(m)['requirements']![0]!['disk']!, 'free', '500'),
      '/variants/0/requirements/0/disk/free',
      '500MiB',
    ],
    ['duration', (m: Loose) => set(variant(m), 'timeout', '20m'), '/variants/0/timeout', 'PT20M'],
    ['empty duration', (m: Loose) => set(variant(m), 'timeout', 'P'), '/variants/0/timeout', 'PT20M'],
    [
      'digest',
      (m: Loose) => set(variant(m)['artifacts']![0]!, 'sha256', 'ABC'),
      '/variants/0/artifacts/0/sha256',
      '64 lower-case',
    ],
    [
      'negative size',
      (m: Loose) => set(variant(m)['artifacts']![0]!, 'size', -1),
      '/variants/0/artifacts/0/size',
      'Too small',
    ],
    ['operating system', (m: Loose) => set(variant(m)['platform']!, 'os', 'beos'), '/variants/0/platform/os', 'linux'],
    ['installer', (m: Loose) => set(variant(m), 'installer', { type: 'msi' }), '/variants/0/installer/type', ''],
    [
      'exit code',
      (m: Loose) => set(variant(m), 'exitCodes', { success: [70000] }),
      '/variants/0/exitCodes/success/0',
      'Too big',
    ],
    [
      'mode',
      (m: Loose) =>
        set(variant(m), 'installer', { type: 'files', files: [{ file: 'check.sh', path: '/x', mode: 'rwx' }] }),
      '/variants/0/installer/files/0/mode',
      '0644',
    ],
  ])('a wrong %s is named where it stands', (_what, change, pointer, hint) => {
    expect(problems(change)).toContainEqual({ pointer, message: expect.stringContaining(hint) });
  });

  it.each([
    [(m: Loose) => set(m, 'verson', '1'), '/verson', 'unknown key "verson" (did you mean "version"?)'],
    [
      (m: Loose) => set(variant(m), 'installr', {}),
      '/variants/0/installr',
      'unknown key "installr" (did you mean "installer"?)',
    ],
    [
      (m: Loose) => set(variant(m)['platform']!, 'ach', ['amd64']),
      '/variants/0/platform/ach',
      'unknown key "ach" (did you mean "arch"?)',
    ],
    [
      (m: Loose) => set(variant(m)['artifacts']![0]!, 'sha265', ''),
      '/variants/0/artifacts/0/sha265',
      'unknown key "sha265" (did you mean "sha256"?)',
    ],
    [
      (m: Loose) => set(variant(m)['requirements']![0]!['disk']!, 'fre', '1B'),
      '/variants/0/requirements/0/disk/fre',
      'unknown key "fre" (did you mean "free"?)',
    ],
    [
      (m: Loose) => set(variant(m)['detection']!, 0, { dep: { package: 'x' } }),
      '/variants/0/detection/0/dep',
      'unknown key "dep" (did you mean "deb"?)',
    ],
    [
      (m: Loose) => set(variant(m), 'hooks', { beforre: 'check.sh' }),
      '/variants/0/hooks/beforre',
      'unknown key "beforre" (did you mean "before"?)',
    ],
    [
      (m: Loose) => set(variant(m)['installer']!, 'filess', []),
      '/variants/0/installer/filess',
      'unknown key "filess" (did you mean "files"?)',
    ],
    [(m: Loose) => set(m, 'a/b~c', 1), '/a~1b~0c', 'unknown key "a/b~c"'],
  ])('an unknown key is named, with what was probably meant (%#)', (change, pointer, message) => {
    expect(problems(change)).toContainEqual({ pointer, message });
  });

  it('names every problem at once', () => {
    const found = problems((m) => {
      set(m, 'package', 'X');
      set(m, 'version', '');
      set(variant(m), 'timeout', 'soon');
    });
    expect(found.map(({ pointer }) => pointer).sort()).toEqual(['/package', '/variants/0/timeout', '/version']);
  });

  it.each([
    [
      (m: Loose) => set(variant(m), 'hooks', { before: 'chek.sh' }),
      '/variants/0/hooks/before',
      '"chek.sh" is not among the variant\'s artifacts (did you mean "check.sh"?)',
    ],
    [
      (m: Loose) => set(variant(m)['requirements']!, 0, { script: { file: 'x.sh' } }),
      '/variants/0/requirements/0/script/file',
      'not among',
    ],
    [
      (m: Loose) => set(variant(m), 'uninstall', { type: 'script', file: 'remove.sh' }),
      '/variants/0/uninstall/file',
      'not among',
    ],
    [
      (m: Loose) => set(variant(m)['artifacts']!, 2, { file: 'check.sh' }),
      '/variants/0/artifacts/2/file',
      '"check.sh" is listed twice',
    ],
    [
      (m: Loose) => {
        set(variant(m), 'installer', { type: 'script', file: 'check.sh' });
        delete (variant(m) as Record<string, unknown>)['detection'];
      },
      '/variants/0/detection',
      'needs at least one detection rule',
    ],
  ])('what refers to something must find it (%#)', (change, pointer, message) => {
    expect(problems(change)).toContainEqual({ pointer, message: expect.stringContaining(message) });
  });

  it('lists every file a variant needs', () => {
    const result = validateManifest(FULL_MANIFEST);
    if (!result.ok) throw new Error('invalid');
    expect(referencedFiles(result.manifest.variants[0]!).map(({ pointer }) => pointer)).toEqual([
      '/requirements/4/script/file',
      '/detection/2/script/file',
      '/hooks/before',
      '/hooks/after',
      '/hooks/onError',
    ]);
  });

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (input) => {
        expect(validateManifest(input).ok).toBe(false);
      }),
    );
    fc.assert(
      fc.property(fc.constantFrom('package', 'version', 'variants', 'title'), fc.jsonValue(), (key, value) => {
        const found = problems((m) => set(m, key, value));
        for (const { pointer, message } of found)
          expect([pointer.startsWith('/'), message.length > 0]).toEqual([true, true]);
      }),
    );
  });
});

it('says of a number where text belongs how to write it, and nothing of quotes when the text is missing', () => {
  const at = (pointer: string) => [expect.objectContaining({ pointer })];
  const number = problems((manifest) => set(manifest, 'version', 2.1));
  expect(number).toEqual([{ pointer: '/version', message: 'must be a string; in YAML put it in quotes' }]);
  const missing = problems((manifest) => set(manifest, 'version', undefined));
  expect(missing).toEqual(at('/version'));
  expect(missing[0]!.message).not.toContain('quotes');
});
