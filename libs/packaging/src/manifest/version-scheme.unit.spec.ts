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

  it('judges a stated scheme strictly', () => {
    expect(fitsScheme('2.4', 'semver')).toBe(false);
    expect(fitsScheme('v2.4.0', 'semver')).toBe(false);
    expect(fitsScheme('2.4-', 'debian')).toBe(false);
    expect(fitsScheme('2.4.0-1', 'dotted')).toBe(false);
  });
});
