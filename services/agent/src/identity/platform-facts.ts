import { readFileSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import type { PlatformFacts } from '@waybill/contracts/agent';

const SYSTEMS = { win32: 'windows', darwin: 'macos' } as const;

/** The managed tree's platform: processor and system of this computer, distribution of the tree (else of this computer). */
export function platformFacts(root = '/'): PlatformFacts {
  return {
    os: SYSTEMS[platform() as keyof typeof SYSTEMS] ?? 'linux',
    arch: arch() === 'arm64' ? 'arm64' : 'amd64',
    distribution: distribution(join(root, 'etc/os-release')) ?? distribution('/etc/os-release'),
  };
}

function distribution(path: string): string | undefined {
  try {
    return /^ID="?([^"\n]+)"?$/m.exec(readFileSync(path, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
