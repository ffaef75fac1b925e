import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { rpmHead } from './an-rpm.fixtures.spec.js';
import { rpmFacts } from './rpm-facts.js';
import { readRpmHeader, RPM_TAGS } from './rpm-header.js';

const T = RPM_TAGS;
const LEDGER: [number, string | number][] = [
  [T.name, 'Acme_Ledger'],
  [T.version, '2.4.0'],
  [T.release, '1.el9'],
  [T.epoch, 2],
  [T.summary, 'Bookkeeping'],
  [T.vendor, 'Acme'],
  [T.arch, 'x86_64'],
  [T.sourceRpm, 'acme-ledger-2.4.0-1.el9.src.rpm'],
];

describe('an RPM package', () => {
  let directory: string;
  let file: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'waybill-rpm-'));
    file = join(directory, 'ledger.rpm');
  });
  afterEach(() => rm(directory, { recursive: true }));

  const without = (...tags: number[]) => LEDGER.filter(([tag]) => !tags.includes(tag));
  const facts = async (bytes: Buffer) => {
    await writeFile(file, bytes);
    return rpmFacts(file);
  };

  it.each([0, 1, 2, 3, 4, 5, 6, 7])(
    'tells its facts by its header, behind a signature of any length (%i)',
    async (odd) => {
      expect(await facts(rpmHead(LEDGER, odd))).toEqual({
        file: 'ledger.rpm',
        kind: 'rpm',
        name: 'acme_ledger',
        systemName: 'Acme_Ledger',
        version: '2:2.4.0-1.el9',
        arch: 'amd64',
        publisher: 'Acme',
        description: 'Bookkeeping',
      });
    },
  );

  it('may have no epoch, vendor or summary, and any architecture of agents', async () => {
    const small = without(T.epoch, T.vendor, T.summary, T.arch);
    expect(await facts(rpmHead([...small, [T.arch, 'noarch'], [T.epoch, 0]]))).toMatchObject({
      version: '2.4.0-1.el9',
      arch: 'any',
    });
    expect(await facts(rpmHead([...small, [T.arch, 'aarch64']]))).toMatchObject({ arch: 'arm64' });
  });

  it.each<[string, Buffer, string]>([
    ['no RPM', Buffer.alloc(200), 'does not begin like an RPM'],
    ['nothing', Buffer.alloc(0), 'ends too early'],
    ['half of one', rpmHead(LEDGER).subarray(0, 150), 'ends too early'],
    ['no header', Buffer.concat([rpmHead([]).subarray(0, 96), Buffer.alloc(100)]), 'no header at byte 96'],
    ['a header of gigabytes', huge(), 'is too large'],
    ['no name', rpmHead(without(T.name)), 'no name'],
    ['a source package', rpmHead(without(T.sourceRpm)), 'is a source package'],
    ['another architecture', rpmHead([...without(T.arch), [T.arch, 's390x']]), 'is for s390x'],
  ])('is refused when it is %s', async (_, bytes, message) => {
    await expect(facts(bytes)).rejects.toThrow(message);
  });

  it('is read or refused with a sentence, whatever bytes are changed', async () => {
    const bytes = rpmHead(LEDGER);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(255), async (at, value) => {
        const changed = Buffer.from(bytes);
        changed[at] = value;
        await writeFile(file, changed);
        await readRpmHeader(file).catch((error: Error) => expect(error.message).toMatch(/^(it|there|the|a) /));
      }),
      { numRuns: 300 },
    );
  });

  const real = spawnSync('rpmbuild', ['--version']).status === 0 ? it : it.skip;
  real('made by rpmbuild tells the same as rpm says of it', async () => {
    const spec = `Name: acme-mail\nVersion: 1.2.0~rc1\nRelease: 3\nEpoch: 1\nSummary: Mail\nVendor: Acme\nLicense: MIT\nBuildArch: noarch\n%description\nx\n%files\n`;
    await writeFile(join(directory, 'spec'), spec);
    const define = ['_topdir', '_rpmdir'].flatMap((name) => ['--define', `${name} ${directory}`]);
    execFileSync(
      'rpmbuild',
      ['-bb', '--quiet', ...define, '--define', '_rpmfilename ledger.rpm', join(directory, 'spec')],
      { stdio: 'pipe' },
    );
    const format = '%{NAME} %{EPOCH}:%{VERSION}-%{RELEASE} %{VENDOR} %{SUMMARY}';
    const { systemName, version, publisher, description, arch } = await rpmFacts(file);
    expect(`${systemName} ${version} ${publisher} ${description}`).toBe(
      execFileSync('rpm', ['-qp', '--queryformat', format, file], { encoding: 'utf8' }),
    );
    expect(arch).toBe('any');
  });
});

function huge(): Buffer {
  const bytes = rpmHead([]);
  bytes.writeUInt32BE(0xffffffff, 96 + 12);
  return bytes;
}
