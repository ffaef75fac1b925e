import type { Api } from './api.ts';
import { publishVersion } from './publish.ts';

/** A published version that simulated agents "install". */
export async function publishTinyPackage(api: Api, name = 'e2e-tiny'): Promise<{ package: string; version: string }> {
  const manifest = {
    package: name,
    version: '1.0.0',
    variants: [
      {
        platform: { os: 'linux' },
        artifacts: [{ file: 'run.sh' }],
        installer: { type: 'script', file: 'run.sh' },
        detection: [{ file: { path: `/opt/${name}` } }],
      },
    ],
  };
  await publishVersion(api, manifest, [{ name: 'run.sh', bytes: Buffer.from('#!/bin/sh\nexit 0\n') }]);
  return { package: name, version: '1.0.0' };
}
