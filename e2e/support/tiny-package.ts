import type { Api } from './api.ts';
import { publishVersion } from './publish.ts';

/** Version 1.0.0 of a package whose one script does nothing; it counts as installed by a file at `/opt/<name>`. */
export function tinyManifest(name: string) {
  return {
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
}

/** A published version that simulated agents "install". */
export async function publishTinyPackage(api: Api, name = 'e2e-tiny'): Promise<{ package: string; version: string }> {
  const manifest = tinyManifest(name);
  await publishVersion(api, manifest, [{ name: 'run.sh', bytes: Buffer.from('#!/bin/sh\nexit 0\n') }]);
  return { package: name, version: manifest.version };
}
