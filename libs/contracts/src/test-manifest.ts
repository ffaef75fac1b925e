import type { Manifest } from './manifest/manifest.js';

/** A manifest of the specs: one Debian variant with a script beside it. */
export function ledgerManifest(changes: Partial<Manifest> = {}): Manifest {
  return {
    package: 'acme-ledger',
    version: '2.4.0',
    title: 'Acme Ledger',
    variants: [
      {
        platform: { os: 'linux', arch: ['amd64'] },
        artifacts: [{ file: 'acme-ledger_2.4.0_amd64.deb' }, { file: 'check-terminal.sh' }],
        installer: { type: 'deb' },
        requirements: [
          { disk: { path: '/opt', free: '500MiB' } },
          { script: { file: 'check-terminal.sh', timeout: 'PT30S' } },
        ],
        detection: [{ deb: { package: 'acme-ledger', version: '2.4.0' } }],
      },
    ],
    ...changes,
  };
}
