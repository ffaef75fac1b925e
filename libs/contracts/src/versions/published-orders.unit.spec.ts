import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { compareVersions, type SoftwareSource } from './version-key.js';

/** What those who made the rules say of them: `a < b`, `a = b`. */
interface Published {
  source: SoftwareSource;
  from: string;
  orders: string[];
}

const PUBLISHED: Published[] = [
  {
    source: 'dpkg',
    from: 'Debian Policy 4.7, 5.6.12: the sorting of ~, and the example of a beta',
    orders: [
      '0~~ < 0~~a',
      '0~~a < 0~',
      '0~ < 0',
      '0 < 0a',
      '1.0~beta1~svn1245 < 1.0~beta1',
      '1.0~beta1 < 1.0',
      '1.0 = 1.0-0',
      '1.0 = 0:1.0',
      '1.2.2.2 < 1.2.10',
      '9.9 < 1:0',
      '1.0a < 1.0+',
    ],
  },
  {
    source: 'dpkg',
    from: 'dpkg, lib/dpkg/t/t-version.c',
    orders: [
      '1:0 < 2:0',
      '1-1 < 2-1',
      '1-1 < 1-2',
      '0-0 = 0-0',
      '0-00 = 00-0',
      '1:2-3 = 1:2-3',
      '0:0-0 < 1:0-0',
      'a-0 < b-0',
      '0-a < 0-b',
      '0:0 = 0',
      '0:0-0 = 0',
      '0:0.0-0.0 = 0.0-0.0',
      '0:0-0-0 = 0-0-0',
      '0:0:0-0 < 0:0:1-0',
      '0:0-azAZ09.+~ = 0-azAZ09.+~',
    ],
  },
  {
    source: 'rpm',
    from: 'rpm, tests/rpmvercmp.at',
    orders: [
      '1.0 = 1.0',
      '1.0 < 2.0',
      '2.0.1 = 2.0.1',
      '2.0 < 2.0.1',
      '2.0.1a = 2.0.1a',
      '2.0.1 < 2.0.1a',
      '5.5p1 = 5.5p1',
      '5.5p1 < 5.5p2',
      '5.5p10 = 5.5p10',
      '5.5p1 < 5.5p10',
      '10xyz < 10.1xyz',
      'xyz10 = xyz10',
      'xyz10 < xyz10.1',
      'xyz.4 = xyz.4',
      'xyz.4 < 8',
      'xyz.4 < 2',
      '5.5p2 < 5.6p1',
      '5.6p1 < 6.5p1',
      '6.0 < 6.0.rc1',
      '10a1 < 10b2',
      '10a2 < 10b2',
      '1.0aa = 1.0aa',
      '1.0a < 1.0aa',
      '10.0001 = 10.1',
      '10.0001 < 10.0039',
      '4.999.9 < 5.0',
      '20101121 = 20101121',
      '20101121 < 20101122',
      '2_0 = 2.0',
      'a+ = a_',
      '+a = _a',
      '+_ = _+',
      '+ = _',
      '1.0~rc1 = 1.0~rc1',
      '1.0~rc1 < 1.0',
      '1.0~rc1 < 1.0~rc2',
      '1.0~rc1~git123 < 1.0~rc1',
      '1b.fc17 < 1.fc17',
      '1.fc17 < 1g.fc17',
      '1.0^ = 1.0^',
      '1.0 < 1.0^',
      '1.0^git1 < 1.0^git2',
      '1.0 < 1.0^git1',
      '1.0^git1 < 1.01',
      '1.0^20160101 < 1.0.1',
      '1.0^20160101^git1 = 1.0^20160101^git1',
      '1.0^20160101 < 1.0^20160102',
      '1.0^20160101 < 1.0^20160101^git1',
      '1.0~rc1 < 1.0~rc1^git1',
      '1.0~rc1^git1 < 1.0',
      '1.0^git1~pre < 1.0^git1',
    ],
  },
  {
    source: 'waybill',
    from: "semver.org 2.0.0, clause 11, and the fixtures of npm's semver",
    orders: [
      '1.0.0 < 2.0.0',
      '2.0.0 < 2.1.0',
      '2.1.0 < 2.1.1',
      '1.0.0-alpha < 1.0.0-alpha.1',
      '1.0.0-alpha.1 < 1.0.0-alpha.beta',
      '1.0.0-alpha.beta < 1.0.0-beta',
      '1.0.0-beta < 1.0.0-beta.2',
      '1.0.0-beta.2 < 1.0.0-beta.11',
      '1.0.0-beta.11 < 1.0.0-rc.1',
      '1.0.0-rc.1 < 1.0.0',
      '1.0.0+20130313144700 = 1.0.0',
      '0.0.0-foo < 0.0.0',
      '0.9.9 < 1.0.0',
      '0.9.0 < 0.10.0',
      '0.10.0 < 0.99.0',
      '1.2.3-asdf < 1.2.3',
      '1.2.3-4 < 1.2.3',
      '1.2.3-4-foo < 1.2.3',
      '1.2.3-5 < 1.2.3-5-foo',
      '1.2.3-4 < 1.2.3-5',
      '1.2.3-5-Foo < 1.2.3-5-foo',
      '2.7.2+asdf < 3.0.0',
      '1.2.3-a.5 < 1.2.3-a.10',
      '1.2.3-a.5 < 1.2.3-a.b',
      '1.2.3-a < 1.2.3-a.b',
      '1.2.3-a.b.c.5.d.100 < 1.2.3-a.b.c.10.d.5',
      '1.2.3-r100 < 1.2.3-r2',
      '1.2.3-R2 < 1.2.3-r100',
    ],
  },
];
const EACH = PUBLISHED.flatMap(({ source, from, orders }) => orders.map((order) => ({ source, from, order })));
const SIGNS: Record<string, number> = { '<': -1, '=': 0 };

describe('published orders of versions', () => {
  it.each(EACH)('$source: $order ($from)', ({ source, order }) => {
    const [a, sign, b] = order.split(' ') as [string, string, string];
    // -0 is 0
    expect([compareVersions(a, b, source), compareVersions(b, a, source) * -1 + 0]).toEqual([SIGNS[sign], SIGNS[sign]]);
  });
});

/** Runs of these, so that versions are often nearly the same. */
const piece = (others: string[]) => fc.constantFrom('0', '1', '9', '10', '01', 'a', 'b', 'rc', 'Z', ...others);
const versionOf = (others: string[]) =>
  fc
    .tuple(
      fc.constantFrom('', '', '', '0:', '1:'),
      fc.constantFrom('0', '1', '2'),
      fc.array(piece(others), { maxLength: 5 }),
      fc.option(fc.array(piece(others), { minLength: 1, maxLength: 3 }), { nil: undefined }),
    )
    .map(([epoch, first, upstream, revision]) => {
      const release = revision === undefined ? '' : `-${revision.join('')}`;
      return `${epoch}${first}${upstream.join('')}${release}`;
    });

describe('orders by the programs that install', () => {
  const has = (program: string) => spawnSync(program, ['--version']).status === 0;

  (has('dpkg') ? it : it.skip)('dpkg --compare-versions says the same', () => {
    const version = versionOf(['.', '+', '~', '~~']);
    fc.assert(
      fc.property(version, version, (a, b) => {
        const order = compareVersions(a, b, 'dpkg');
        const relation = order < 0 ? 'lt' : order > 0 ? 'gt' : 'eq';
        expect([a, relation, b, spawnSync('dpkg', ['--compare-versions', a, relation, b]).status]).toEqual([
          a,
          relation,
          b,
          0,
        ]);
      }),
      { numRuns: 200 },
    );
  });

  (has('rpm') ? it : it.skip)('rpm.vercmp says the same', () => {
    const version = versionOf(['.', '_', '+', '~', '^']);
    // one process for many pairs
    const pairs = fc.array(fc.tuple(version, version), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(pairs, (compared) => {
        const calls = compared.map(([a, b]) => `rpm.vercmp("${a}","${b}")`).join(',');
        const { stdout } = spawnSync('rpm', ['--eval', `%{lua: print(table.concat({${calls}}, " "))}`], {
          encoding: 'utf8',
        });
        const ours = compared.map(([a, b]) => [a, b, compareVersions(a, b, 'rpm')]);
        const theirs = stdout
          .trim()
          .split(' ')
          .map((sign, i) => [...compared[i]!, Number(sign)]);
        expect(ours).toEqual(theirs);
      }),
      { numRuns: 30 },
    );
  });
});
