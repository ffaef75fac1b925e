import { judgeSoftware, memory } from './judge-requirements.js';
import { formatBytes, parseSize } from './size.js';
import { satisfies } from './version-range.js';

describe('versions', () => {
  it.each([
    ['3.2', '>=3 <4', true],
    ['4.0', '>=3 <4', false],
    ['2.9', '>=3 <4', false],
    ['3.0', '3.0', true],
    ['3.0', '=3.1', false],
    ['3.0', '> 2.9', true],
  ])('%s in %s: %s', (version, range, expected) => expect(satisfies(version, range)).toBe(expected));
});

describe('requirements', () => {
  it.each([
    [{ name: 'x' }, '1', null],
    [{ name: 'x' }, null, 'not installed'],
    [{ name: 'x', version: '>=2' }, '1', '1 is installed'],
    [{ name: 'x', version: '>=2' }, '2', null],
    [{ name: 'x', absent: true }, '1', 'must not be'],
    [{ name: 'x', absent: true }, null, null],
    [{ name: 'x', absent: true, version: '<2' }, '2', null],
  ])('software %j with %s', (rule, version, expected) => {
    const unmet = judgeSoftware(rule, version);
    expect(unmet?.detail ?? null).toEqual(expected === null ? null : expect.stringContaining(expected));
  });

  it('memory', () => {
    expect(memory({ total: '2GiB' }, 2 * 1024 ** 3)).toBeNull();
    expect(memory({ total: '2GiB' }, 1024 ** 3)).toEqual({
      reason: 'requirement.memory',
      detail: 'The computer has 1GiB, 2GiB are needed.',
    });
  });

  it('sizes', () => {
    expect([parseSize('500MiB'), parseSize('7B'), parseSize('1TiB')]).toEqual([524_288_000, 7, 1024 ** 4]);
    expect([formatBytes(0), formatBytes(1536), formatBytes(524_288_000)]).toEqual(['0B', '1.5KiB', '500MiB']);
    expect(() => parseSize('1MB')).toThrow();
  });
});
