import type { CreateJob, Manifest } from '@waybill/contracts';
import { actionErrors, checkOrder, defaultName } from './check-order.js';

const COMPUTER = '01990000-0000-7000-8000-00000000000a';
const order = (changes: Partial<CreateJob> = {}): CreateJob => ({
  package: 'acme-ledger',
  version: '2.4.0',
  targets: { groups: ['accounting'] },
  ...changes,
});
const pointers = (changes: Partial<CreateJob>) => checkOrder(order(changes)).map((error) => error.pointer);

describe('checkOrder', () => {
  it('accepts the smallest order', () => expect(checkOrder(order())).toEqual([]));

  it.each<[string, Partial<CreateJob>, string[]]>([
    ['no targets', { targets: {} }, ['/targets']],
    ['empty targets', { targets: { groups: [], computers: [] } }, ['/targets']],
    ['a group twice', { targets: { groups: ['a', 'b', 'a'] } }, ['/targets/groups/2']],
    [
      'a computer twice in another case',
      { targets: { computers: [COMPUTER, COMPUTER.toUpperCase()] } },
      ['/targets/computers/1'],
    ],
    [
      'an exclusion twice',
      { targets: { groups: ['a'], exclude: { groups: ['x', 'x'], computers: [COMPUTER, COMPUTER] } } },
      ['/targets/exclude/groups/1', '/targets/exclude/computers/1'],
    ],
    ['a blank name', { name: '   ' }, ['/name']],
    [
      'too many annotations',
      { annotations: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, 'v'])) },
      ['/annotations'],
    ],
    ['an annotation too long', { annotations: { ticket: 'x'.repeat(501) } }, ['/annotations/ticket']],
    ['an annotation that is no string', { annotations: { 'a/b~c': 5 as unknown as string } }, ['/annotations/a~1b~0c']],
    ['an annotation without a key', { annotations: { '': 'v' } }, ['/annotations/']],
  ])('refuses %s', (_what, changes, expected) => expect(pointers(changes)).toEqual(expected));

  it('lists all problems at once', () => {
    expect(pointers({ name: ' ', targets: {}, annotations: { a: 1 as unknown as string } })).toEqual([
      '/name',
      '/targets',
      '/annotations/a',
    ]);
  });
});

describe('actionErrors', () => {
  const variant = (type: 'deb' | 'script', uninstall = false): Manifest['variants'][number] => ({
    platform: { os: 'linux' },
    artifacts: [{ file: 'setup.sh' }],
    installer: type === 'deb' ? { type } : { type, file: 'setup.sh' },
    ...(uninstall ? { uninstall: { type: 'script', file: 'setup.sh', args: ['--remove'] } } : {}),
  });
  const manifest = (...variants: Manifest['variants']): Manifest => ({ package: 'acme', version: '1', variants });

  it('refuses to uninstall what only a script could undo', () => {
    expect(actionErrors('uninstall', manifest(variant('script'), variant('script')))).toEqual([
      { pointer: '/action', message: 'acme 1 does not say how it is uninstalled: no variant has "uninstall"' },
    ]);
  });
  it('accepts when one variant can be uninstalled', () => {
    expect(actionErrors('uninstall', manifest(variant('script'), variant('script', true)))).toEqual([]);
    expect(actionErrors('uninstall', manifest(variant('deb')))).toEqual([]);
  });
  it('does not care for install and verify', () => {
    expect(actionErrors('install', manifest(variant('script')))).toEqual([]);
    expect(actionErrors('verify', manifest(variant('script')))).toEqual([]);
  });
});

describe('defaultName', () => {
  it('says what is done', () =>
    expect(defaultName(order({ action: 'uninstall' }))).toBe('uninstall acme-ledger 2.4.0'));
});
