import { chmodSync, chownSync, existsSync, lchownSync, lstatSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { temporary } from '../../spec/packages.js';
import { guardedDirectory, UnguardedPathError } from './guarded-directory.js';
import { OutsideRootError, RootedPaths } from './rooted-paths.js';

const USER = 4711;

describe('the directory that is written to with all rights', () => {
  const place = temporary('guarded');
  let number = 0;
  let root: string;
  beforeEach(() => {
    root = join(place.path, String(number++));
    mkdirSync(join(root, 'usr/lib'), { recursive: true });
    root = realpathSync(root);
  });
  afterAll(() => place.dispose());
  const of = (path: string, make = true) => guardedDirectory(new RootedPaths(root), path, make);

  it('is made where it is missing, and told without being made', async () => {
    expect(await of('/opt/acme/ledger', false)).toBe(join(root, 'opt/acme/ledger'));
    expect(existsSync(join(root, 'opt'))).toBe(false);
    expect(await of('/opt//acme/./ledger')).toBe(join(root, 'opt/acme/ledger'));
    expect(lstatSync(join(root, 'opt/acme/ledger')).mode & 0o7777).toBe(0o755);
    expect(await of('/')).toBe(root);
  });

  it('is found through links that root made', async () => {
    symlinkSync('usr/lib', join(root, 'lib'));
    symlinkSync(join(root, 'lib'), join(root, 'lib64'));
    symlinkSync('../lib64/x', join(root, 'usr/y'));
    expect(await of('/lib/acme')).toBe(join(root, 'usr/lib/acme'));
    expect(await of('/usr/y/z')).toBe(join(root, 'usr/lib/x/z'));
  });

  it("may be below a directory where everybody may add something but nobody may change what is root's", async () => {
    chmodSync(join(root, 'usr/lib'), 0o1777);
    expect(await of('/usr/lib/acme')).toBe(join(root, 'usr/lib/acme'));
  });

  it.each<[string, () => void, string]>([
    ['of a user', () => chownSync(join(root, 'usr/lib'), USER, USER), `is of the user ${USER}`],
    ['where everybody may write', () => chmodSync(join(root, 'usr'), 0o777), 'everybody may write'],
    [
      'where a group may write',
      () => {
        chownSync(join(root, 'usr'), 0, USER);
        chmodSync(join(root, 'usr'), 0o775);
      },
      `the group ${USER} may write`,
    ],
    ["where root's group may write, or whom an ACL lets", () => chmodSync(join(root, 'usr'), 0o775), 'the group 0 may'],
    [
      'that a link leads out of the tree',
      () => {
        chmodSync(join(root, 'usr/lib'), 0o1777);
        symlinkSync('/', join(root, 'usr/lib/acme'));
      },
      'leads out of',
    ],
    ['that links to itself', () => symlinkSync('acme', join(root, 'usr/lib/acme')), 'too many symbolic links'],
  ])('is not one %s', async (_, prepare, why) => {
    prepare();
    await expect(of('/usr/lib/acme/x')).rejects.toThrow(why);
    expect(existsSync(join(root, 'etc/x'))).toBe(false);
  });

  it("is not one behind the link of a user, though all that it leads to is root's", async () => {
    mkdirSync(join(root, 'etc'));
    symlinkSync('../../etc', join(root, 'usr/lib/acme'));
    expect(await of('/usr/lib/acme')).toBe(join(root, 'etc'));
    lchownSync(join(root, 'usr/lib/acme'), USER, USER);
    await expect(of('/usr/lib/acme')).rejects.toThrow(UnguardedPathError);
  });

  it('is not above the tree', async () => {
    symlinkSync('../../..', join(root, 'usr/lib/up'));
    await expect(of('/usr/lib/up/x')).rejects.toThrow(OutsideRootError);
  });
});
