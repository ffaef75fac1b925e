import { manifestSchema } from '@waybill/contracts';
import { parse } from 'yaml';
import { checkManifest } from '../manifest/check-manifest.js';
import { readManifestText } from '../manifest/manifest-text.js';
import { lintText } from './lint-text.js';

const LEDGER = `package: acme-ledger
version: "2.4.0"
variants:
  - platform: { os: linux }
    artifacts:
      - file: ledger.deb
    installer: { type: deb }
    detection: [{ deb: { package: acme-ledger, version: 2.4.0 } }]
    timeout: PT20M
    uninstall: { type: deb }
`;
const change = (from: string, to: string) => {
  if (!LEDGER.includes(from)) throw new Error(`the manifest has no "${from}"`);
  return LEDGER.replace(from, to);
};
const lint = (text: string, files?: string[]) => lintText(Buffer.from(text), files).findings;

/** Refused as a value: by lint, by the server and by the agent's schema. */
const REFUSED: [what: string, text: string, line: number, column: number, hint: string][] = [
  ['a time-out of 0', change('PT20M', 'PT0S'), 9, 5, 'longer than 0'],
  ['a time-out of a year', change('PT20M', 'P365D'), 9, 5, 'at most P7D'],
  ['a time-out beyond all numbers', change('PT20M', `P${'9'.repeat(400)}D`), 9, 5, 'at most P7D'],
  ['a time-out in words', change('PT20M', 'soon'), 9, 5, 'ISO 8601'],
  ['a negative exit code', change('timeout: PT20M', 'exitCodes: { success: [-1] }'), 9, 28, '>=0'],
  ['an exit code that is too large', change('timeout: PT20M', 'exitCodes: { success: [0, 65536] }'), 9, 31, '<=65535'],
  ['a misspelt key', change('timeout', 'timeuot'), 9, 5, 'did you mean "timeout"'],
  ['a path for a name', change('ledger.deb', '../ledger.deb'), 6, 9, 'plain file name'],
  ['a missing key', change('    installer: { type: deb }\n', ''), 4, 5, ''],
];

describe('lintText', () => {
  it('has nothing to say about a manifest that is complete, and guesses its versions', () => {
    expect(lintText(Buffer.from(LEDGER), ['ledger.deb'])).toMatchObject({ findings: [], versionScheme: 'semver' });
  });

  it.each(REFUSED)('refuses %s by line and column, as do the server and the agent', (_, text, line, column, hint) => {
    expect(lint(text)).toContainEqual(
      expect.objectContaining({ severity: 'error', line, column, message: expect.stringContaining(hint) as string }),
    );
    const value = readManifestText(text).value as object;
    expect(() => checkManifest(value, 'acme-ledger')).toThrow(expect.objectContaining({ code: 'manifest.invalid' }));
    expect(manifestSchema.safeParse(parse(text)).success).toBe(false);
  });

  it('takes the longest time-out', () => {
    expect(lint(change('PT20M', 'P7D'))).toEqual([]);
  });

  it.each([
    ['a duplicate key', `${LEDGER}version: "2"\n`, 11, 1, 'unique'],
    ['an alias', 'a: &x [1]\nb: *x\n', 2, 4, 'aliases'],
    ['a bomb', bomb(), 2, 10, 'aliases'],
    ['broken YAML', 'package: a\n  version: [1', 1, 10, ''],
    ['what is nested too deep', '- '.repeat(200_000) + 'x', 1, 1, 'too deep'],
    ['two documents', `${LEDGER}---\n${LEDGER}`, 11, 1, 'multiple documents'],
    ['a version without quotes', change('"2.4.0"', '2.10'), 2, 10, 'version: "2.10"'],
    ['a list', '- a\n', 1, 1, 'map of keys'],
    ['nothing', '', 1, 1, 'map of keys'],
  ])('refuses %s by line and column', (_, text, line, column, hint) => {
    expect(lint(text)).toContainEqual(
      expect.objectContaining({ severity: 'error', line, column, message: expect.stringContaining(hint) as string }),
    );
  });

  it('refuses what is not UTF-8', () => {
    expect(lintText(Buffer.from('title: \xe9', 'latin1')).findings).toEqual([
      { severity: 'error', pointer: '', line: 1, column: 1, message: expect.stringContaining('UTF-8') },
    ]);
  });

  it('names all errors, in the order of the text', () => {
    const found = lint(change('PT20M', 'soon').replace('acme-ledger', 'Acme').replace('ledger.deb', 'a/b'));
    expect(found.map(({ pointer }) => pointer)).toEqual([
      '/package',
      '/variants/0/artifacts/0/file',
      '/variants/0/timeout',
    ]);
  });

  it('warns of what was left out, is missing or is named by nobody', () => {
    const text = LEDGER.split('\n').slice(0, 7).join('\n');
    const found = lint(text, ['ledgr.deb']);
    expect(found.every(({ severity }) => severity === 'warning')).toBe(true);
    const messages = found.map(({ message }) => message).join('\n');
    for (const part of ['no uninstall', 'no timeout', 'did you mean "ledgr.deb"', 'no variant names'])
      expect(messages).toContain(part);
    expect(found).toContainEqual(
      expect.objectContaining({ pointer: '/variants/0/artifacts/0/file', line: 6, column: 9 }),
    );
  });

  it.each([
    ['deb: { package: a }', true],
    ['deb: { package: a, version: 2.4.0 }', false],
    ['rpm: { package: a }', true],
    ['rpm: { package: a, version: 2.4.0 }', false],
    ['file: { path: /opt/a }', true],
    ['file: { path: /opt/a, exists: false }', true],
    [`file: { path: /opt/a, sha256: ${'a'.repeat(64)} }`, false],
    ['file: { path: /opt/a } }, { deb: { package: a, version: 2.4.0 }', false],
  ])('warns when an older version would count as installed: %s', (rule, warned) => {
    const found = lint(change('deb: { package: acme-ledger, version: 2.4.0 }', rule));
    expect(found.map(({ message }) => /tell versions apart/.test(message))).toEqual(warned ? [true] : []);
  });

  it('reads JSON, with places', () => {
    expect(lint('{\n  "package": "Acme"\n}')).toContainEqual(
      expect.objectContaining({ pointer: '/package', line: 2, column: 3 }),
    );
  });
});

function bomb(): string {
  const lines = ['a0: &a0 [x]'];
  for (let i = 1; i < 30; i++) lines.push(`a${i}: &a${i} [*a${i - 1}, *a${i - 1}]`);
  return lines.join('\n');
}
