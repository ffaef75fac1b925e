import type { Manifest } from './manifest.js';

/** A small valid manifest; `change` may break it in any way. */
export function ledger(change: (manifest: Record<string, never>) => void = () => undefined): unknown {
  const manifest: Manifest = {
    package: 'acme-ledger',
    version: '2.4.0',
    title: 'Acme Ledger',
    variants: [
      {
        platform: { os: 'linux', arch: ['amd64'] },
        artifacts: [{ file: 'acme-ledger_2.4.0_amd64.deb' }, { file: 'check.sh' }],
        installer: { type: 'deb' },
        requirements: [{ disk: { path: '/', free: '500MiB' } }],
        detection: [{ deb: { package: 'acme-ledger', version: '2.4.0' } }],
        timeout: 'PT20M',
      },
    ],
  };
  const copy = structuredClone(manifest) as unknown as Record<string, never>;
  change(copy);
  return copy;
}

/** Every kind of installer, requirement and detection once. */
export const FULL_MANIFEST = {
  package: 'acme-tools',
  version: '1:2.0~rc1+b2',
  versionScheme: 'debian',
  title: 'Acme Tools',
  publisher: 'Acme',
  description: 'Tools.\nTwo lines.',
  category: 'office',
  variants: [
    {
      platform: { os: 'linux', arch: ['amd64', 'arm64'], distribution: ['debian', 'ubuntu'] },
      artifacts: [{ file: 'tools.tar.gz', sha256: 'a'.repeat(64), size: 0 }, { file: 'check.sh' }],
      installer: { type: 'archive', directory: '/opt/acme', stripComponents: 1 },
      requirements: [
        { disk: { path: '/opt', free: '1GiB' } },
        { memory: { total: '512MiB' } },
        { software: { name: 'libc6', version: '>= 2.36' } },
        { software: { name: 'old-tools', absent: true } },
        { script: { file: 'check.sh', timeout: 'PT30S' } },
      ],
      detection: [
        { file: { path: '/opt/acme/bin/tool', sha256: 'b'.repeat(64) } },
        { file: { path: '/opt/acme/.lock', exists: false } },
        { script: { file: 'check.sh' } },
      ],
      hooks: { before: 'check.sh', after: 'check.sh', onError: 'check.sh' },
      exitCodes: { success: [0, 2], restart: [3010], retry: [1618] },
      timeout: 'P1DT2H3M4S',
      uninstall: { type: 'archive' },
    },
    {
      platform: { os: 'windows' },
      artifacts: [{ file: 'settings (1).ini' }],
      installer: {
        type: 'files',
        files: [
          { file: 'settings (1).ini', path: '/etc/acme/settings.ini', mode: '0644', owner: 'root', group: 'root' },
        ],
      },
      detection: [{ file: { path: '/etc/acme/settings.ini' } }],
      uninstall: { type: 'files' },
    },
    {
      platform: { os: 'macos', arch: ['any'] },
      artifacts: [{ file: 'install.sh' }],
      installer: { type: 'script', file: 'install.sh', args: ['--quiet'] },
      detection: [{ script: { file: 'install.sh' } }],
      uninstall: { type: 'script', file: 'install.sh', args: ['--remove'] },
    },
  ],
};
