import { spawnSync } from 'node:child_process';
import { compareVersions } from '@waybill/contracts';
import fc from 'fast-check';
import semver from 'semver';
import { fitsScheme } from './version-scheme.js';

const number = fc.constantFrom('0', '1', '2', '9', '10', '11');
const identifier = fc.oneof(number, fc.stringMatching(/^[0-9A-Za-z-]{1,3}$/));
const semantic = fc
  .tuple(number, number, number, fc.array(identifier, { maxLength: 3 }), fc.array(identifier, { maxLength: 2 }))
  .map(([major, minor, patch, pre, build]) => {
    const preRelease = pre.length > 0 ? `-${pre.join('.')}` : '';
    return `${major}.${minor}.${patch}${preRelease}${build.length > 0 ? `+${build.join('.')}` : ''}`;
  });

describe('versions and those who keep their rules', () => {
  it("are ordered as npm's semver orders them, and are the same ones", () => {
    fc.assert(
      fc.property(semantic, semantic, (a, b) => {
        expect([a, fitsScheme(a, 'semver')]).toEqual([a, semver.valid(a) !== null]);
        if (semver.valid(a) && semver.valid(b)) {
          expect([a, b, compareVersions(a, b, 'waybill')]).toEqual([a, b, semver.compare(a, b)]);
        }
      }),
      { numRuns: 2000 },
    );
  });

  const dpkg = spawnSync('dpkg', ['--version']).status === 0 ? it : it.skip;
  dpkg("are Debian's when dpkg --validate-version says so", () => {
    const text = fc.oneof(
      fc.stringMatching(/^[0-2a~+.:-]{1,7}$/),
      fc.stringMatching(/^\d[0-9a-zA-Z.+~:-]{0,8}$/),
      fc.constantFrom('0', '0:0', '0:0-0', '0:0-0-0', '0:0:0-0', '0:0:0-0-0', '0:09azAZ.-+~:-0', '0:0-azAZ09.+~'),
      fc.constantFrom(
        'a:0-0',
        '-0',
        '0:-0',
        '0:abc3-0',
        '0:0-0:0',
        '0:',
        '2147483647:1',
        '2147483648:1',
        `${'9'.repeat(24)}:0-1`,
      ),
    );
    fc.assert(
      fc.property(text, (version) => {
        const valid = spawnSync('dpkg', ['--validate-version', '--', version]).status === 0;
        expect([version, fitsScheme(version, 'debian')]).toEqual([version, valid]);
      }),
      { numRuns: 200 },
    );
  });
});
