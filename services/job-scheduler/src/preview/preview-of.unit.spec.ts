import type { CreateJob, Manifest, PlatformCount } from '@waybill/contracts';
import { previewOf } from './preview-of.js';

const artifact = (file: string, size: number) => ({ file, size, sha256: 'a'.repeat(64) });
const variant = (platform: Manifest['variants'][number]['platform'], ...artifacts: ReturnType<typeof artifact>[]) => ({
  platform,
  artifacts,
  installer: { type: 'deb' as const },
});
const manifest: Manifest = {
  package: 'acme-ledger',
  version: '2.4.0',
  variants: [
    variant({ os: 'linux', distribution: ['debian'], arch: ['amd64'] }, artifact('a.deb', 100), artifact('b.deb', 11)),
    variant({ os: 'windows' }, artifact('a.msi', 1_000)),
  ],
};
const order: CreateJob = { package: 'acme-ledger', version: '2.4.0', targets: { groups: ['accounting'] } };
const at = new Date('2026-09-01T00:00:00Z');
const schedule = {
  startAt: null,
  installAt: null,
  expireAt: null,
  installsAt: null,
  zone: 'UTC',
  startsAt: at,
  expiresAt: new Date('2026-10-01T00:00:00Z'),
  recurrence: null,
};
const count = (os: string | null, computers: number, more: Partial<PlatformCount> = {}): PlatformCount => ({
  os,
  arch: os === null ? null : 'amd64',
  distribution: null,
  computers,
  offline: 0,
  ...more,
});
const PLATFORMS = [
  count('linux', 70, { distribution: 'debian', offline: 7 }),
  count('windows', 20, { offline: 1 }),
  count('linux', 5, { distribution: 'rocky' }),
  count('linux', 3, { distribution: 'debian', arch: 'arm64' }),
  count(null, 2),
];
const preview = (changes: Partial<CreateJob> = {}) =>
  previewOf({ ...order, ...changes }, manifest, schedule, {
    platforms: PLATFORMS,
    approval: 'it is large',
    confirmTargets: null,
  });

describe('what a job would mean', () => {
  it('is counted by platform: which variant, how many bytes, and whom the package has nothing for', () => {
    const { targets, platforms, bytes, approval } = preview();
    expect(targets).toEqual({ total: 100, offline: 8, withoutVariant: 10 });
    expect(platforms.map(({ variant, bytesEach }) => [variant, bytesEach])).toEqual([
      [0, 111],
      [1, 1_000],
      [null, 0],
      [null, 0],
      [null, 0],
    ]);
    expect(bytes).toBe(70 * 111 + 20 * 1_000);
    expect(approval).toBe('it is large');
  });

  it.each(['uninstall', 'verify'] as const)('moves no bytes to %s', (action) => {
    expect(preview({ action }).bytes).toBe(0);
  });

  it('says how many to expect in each wave', () => {
    const waves = [{ percent: 1 }, { percent: 10 }, { percent: 100 }];
    expect(preview({ rollout: { waves } }).waves.map(({ expected }) => expected)).toEqual([1, 9, 90]);
    expect(preview().waves).toEqual([{ number: 1, percent: 100, expected: 100 }]);
  });

  it('of nobody is nothing', () => {
    const none = previewOf(order, manifest, schedule, { platforms: [], approval: null, confirmTargets: null });
    expect(none).toMatchObject({ targets: { total: 0 }, bytes: 0, waves: [{ expected: 0 }], approval: null });
  });
});
