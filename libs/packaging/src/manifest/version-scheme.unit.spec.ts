import type { Installer } from '@waybill/contracts';
import { ledgerManifest } from '@waybill/contracts/test-manifest';
import { fitsScheme, guessScheme } from './version-scheme.js';

function guess(version: string, installer: Installer = { type: 'archive', directory: '/opt/x' }) {
  const { variants } = ledgerManifest();
  return guessScheme({ version, variants: variants.map((variant) => ({ ...variant, installer })) });
}

describe('version scheme', () => {
  it.each([
    ['2.4.0', 'semver'],
    ['2.4.0-rc.1+build.5', 'semver'],
    ['2.4', 'dotted'],
    ['2024.10.01.3', 'dotted'],
    ['7', 'dotted'],
    ['1:2.4.0-1', 'debian'],
    ['2.4~rc1', 'debian'],
    ['release_5', null],
    ['v2.4.0', null],
  ])('%s is guessed as %s', (version, scheme) => expect(guess(version)).toBe(scheme));

  it.each([
    ['2.4.0', 'semver'],
    ['2.4.0-1', 'debian'],
    ['2.4.0+dfsg-1', 'debian'],
  ])('%s installed by dpkg is guessed as %s', (version, scheme) =>
    expect(guess(version, { type: 'deb' })).toBe(scheme),
  );

  it.each([
    ['2.4.0', 'semver'],
    ['2.4', 'dotted'],
    ['2.4.0-1.el9', 'rpm'],
    ['1:2.4^git1_x', 'rpm'],
    ['2.4-1-1', null],
  ])('%s installed by rpm is guessed as %s', (version, scheme) => expect(guess(version, { type: 'rpm' })).toBe(scheme));

  it('judges a stated scheme strictly', () => {
    expect(fitsScheme('2.4', 'semver')).toBe(false);
    expect(fitsScheme('v2.4.0', 'semver')).toBe(false);
    expect(fitsScheme('2.4-', 'debian')).toBe(false);
    expect(fitsScheme('2.4.0-1', 'dotted')).toBe(false);
    for (const none of ['a:1', '1:', '-1', '1-', '1--1', '1-1-1', '1 2', '~'])
      expect([none, fitsScheme(none, 'rpm')]).toEqual([none, false]);
    for (const one of ['1', 'xyz10', '0:1-1', '1.0~rc1^git2-3.fc40', '5.5p1_2+x'])
      expect([one, fitsScheme(one, 'rpm')]).toEqual([one, true]);
  });
});
