import type { Manifest, Variant } from './manifest.js';

/** What a manifest's `platform` is matched against. */
export interface PlatformFacts {
  os: 'linux' | 'windows' | 'macos';
  arch: 'amd64' | 'arm64';
  /** `ID` of os-release, e.g. `debian` */
  distribution?: string;
}

/** The first variant that matches the computer, null when none does. Server and agent choose by this same function. */
export function chooseVariant(manifest: Manifest, facts: PlatformFacts): Variant | null {
  return manifest.variants.find(({ platform }) => matches(platform, facts)) ?? null;
}

function matches({ os, arch, distribution }: Variant['platform'], facts: PlatformFacts): boolean {
  if (os !== facts.os) return false;
  if (arch && !arch.includes('any') && !arch.includes(facts.arch)) return false;
  return !distribution || (facts.distribution !== undefined && distribution.includes(facts.distribution));
}
