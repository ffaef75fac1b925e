import { compareVersions, type SoftwareSource, versionKey } from './version-key.js';

/** Each older than the next. Sources: Debian Policy 5.6.12 and deb-version(7); rpm's tests/rpmvercmp.at; semver.org 2.0.0, clause 11. */
const RISING: [SoftwareSource, ...string[]][] = [
  ['dpkg', '1.0~~', '1.0~~a', '1.0~', '1.0', '1.0a', '1.0+b1', '1.0.1', '1.9', '1.10', '1:0.1'],
  ['dpkg', '1.0', '1.0-1', '1.0-1.1', '1.0-2', '1.0-10', '1.00a', '2'],
  ['dpkg', '2.4~rc1-1', '2.4-1~bpo12+1', '2.4-1', '2.4-1+deb12u1', '2.4.1-1'],
  [
    'rpm',
    '1.0~rc1~git123',
    '1.0~rc1',
    '1.0~rc1^git1',
    '1.0~rc2',
    '1.0',
    '1.0^git1~pre',
    '1.0^git1',
    '1.0^git2',
    '1.0.1',
  ],
  ['rpm', '5.5p1', '5.5p2', '5.5p10', '5.6p1', '6.0', '6.0.rc1', '6.5p1', '10a1', '10b2', '10xyz', '10.1xyz'],
  ['rpm', 'xyz.4', 'xyz10', 'xyz10.1', '2', '4.999.9', '5.0', '10.0001', '10.0039', '1:0.1'],
  ['rpm', '2.4', '2.4-1.el9', '2.4-2.el9', '2.4-10.el9'],
  ['rpm', '0', '0-~', '0-+', '0-1'],
  [
    'waybill',
    '1.0.0-1',
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
  ],
  ['waybill', '2.4.0-rc.1', '2.4', '2.4-1', '2.4.1'],
  ['waybill', '1.9.0', '1.10.0', '1.11.0', '2.0.0'],
  ['registry', '2.4', '2.4.1', '2.10', '10.0.19045.1', '10.0.19045.22'],
];
const EQUAL: [SoftwareSource, string, string][] = [
  ['dpkg', '1.0', '0:1.00'],
  ['dpkg', '1.0-0', '1.0'],
  ['rpm', '10.0001', '10.1'],
  ['rpm', '2_0', '2.0'],
  ['rpm', '+a', '_a'],
  ['waybill', '1.2.3+build.5', '1.2.3'],
  ['waybill', '2.4.0', '2.4'],
  ['registry', '10.0.0.0', '10'],
];

describe('the order of versions', () => {
  it.each(RISING)('%s: %s < %s < %s …', (source, ...versions) => {
    for (const [i, older] of versions.entries())
      for (const newer of versions.slice(i + 1)) {
        expect([older, newer, compareVersions(older, newer, source)]).toEqual([older, newer, -1]);
        expect([newer, older, compareVersions(newer, older, source)]).toEqual([newer, older, 1]);
      }
  });

  it.each(EQUAL)('%s: %s is %s', (source, a, b) => {
    expect(versionKey(a, source)).toBe(versionKey(b, source));
  });

  it('takes numbers of any length, and text that is no version', () => {
    expect(compareVersions(`1.${'9'.repeat(300)}`, `1.1${'0'.repeat(300)}`, 'dpkg')).toBe(-1);
    for (const source of ['dpkg', 'rpm', 'registry', 'waybill'] as const)
      for (const odd of ['', ':', '-', '~', 'a:b', '日本', '1:']) expect(compareVersions(odd, odd, source)).toBe(0);
  });
});
